/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/capture/pcapdump_files.h"
#include "lib/messages/file.h"
#include "lib/messages/type.h"
#include "mgmt/mgmtd/capture/capture.h"
#include "mgmt/mgmtd/capture/file_format.h"
#include "mgmt/mgmtd/capture/show.h"
#include "mgmt/mgmtd/configuration/value.h"
#include "mgmt/mgmtd/session/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int complain(struct session *session, const char *reason, int error)
{
	fprintf(session->out, "pcapdump: %s.\n", reason);
	return error;
}

/* What -filename names: *.cap or *.pcapng in the root folder, with wildcards where several are meant. */
static int parse_name(struct session *session, const char *name, bool several, struct file_path *path)
{
	char reason[MESSAGE_TEXT];
	int error = file_path_parse(name, path, reason);

	if (error)
		return complain(session, reason, error);
	if (path->folder != FILE_ROOT || (path->pattern && !several) ||
	    (!path->pattern && capture_file_of(path->name) == CAPTURE_FILE_NONE))
		return complain(session,
		                several ? "-filename takes a name that ends with " CAPTURE_FILE_ENDINGS
		                          ", or wildcards for several"
		                        : "-filename takes a name that ends with " CAPTURE_FILE_ENDINGS
		                          ", without wildcards",
		                -EINVAL);
	return 0;
}

static int list_files(struct session *session, const struct file_path *wanted,
                      struct message_file_entry entries[FILE_ENTRIES_MAX], size_t *count)
{
	char reason[MESSAGE_TEXT];
	size_t kept = 0;
	int error = file_store_list(&session->engine->files, wanted, entries, count, reason);

	if (error == -ENOENT)
		*count = 0;
	else if (error)
		return complain(session, reason, error);
	for (size_t i = 0; i < *count; i++) {
		if (!entries[i].folder && capture_file_of(entries[i].path) != CAPTURE_FILE_NONE)
			entries[kept++] = entries[i];
	}
	*count = kept;
	return 0;
}

int pcapdump_list(struct session *session, const struct line *line)
{
	struct message_file_entry entries[FILE_ENTRIES_MAX];
	struct table table = {0};
	size_t count;
	int error = list_files(session, &(struct file_path){.folder = FILE_ROOT}, entries, &count);

	(void)line;
	if (error)
		return error;
	if (!count) {
		fputs("There are no files of captured packets.\n", session->out);
		return 0;
	}
	fputs("       PCAP Files\n\n", session->out);
	table_column(&table, "Size");
	table_column(&table, "Name");
	for (size_t i = 0; i < count; i++) {
		table_row(&table, "");
		table_cell(&table, "%llu", (unsigned long long)entries[i].size);
		table_cell(&table, "%s", entries[i].path + 1);
	}
	table_print(&table, 0, session->out);
	return 0;
}

static int show_file(struct session *session, const char *name, uint64_t number, enum capture_format format)
{
	struct file_path path;
	char reason[MESSAGE_TEXT];
	int error = parse_name(session, name, false, &path), descriptor;
	FILE *file;

	if (error)
		return error;
	descriptor = file_store_open(&session->engine->files, &path, reason);
	if (descriptor < 0)
		return complain(session, reason, descriptor);
	file = fdopen(descriptor, "re");
	if (!file) {
		close(descriptor);
		return -ENOMEM;
	}
	fprintf(session->out, "Showing packets in file \"%s\":\n", path.name);
	return capture_show(session, file, NULL, number, format);
}

/* The one buffer that is meant, NULL after a message. */
static const struct capture *find_buffer(struct session *session, const char *interface)
{
	const struct capture *found = NULL;
	unsigned count = 0;

	for (const struct capture *at = captures_first(session->engine->captures); at; at = at->next) {
		if (capture_buffer_is_empty(&at->buffer) ||
		    (interface && strcmp(at->interface, interface) != 0))
			continue;
		found = at;
		count++;
	}
	if (!count)
		fprintf(session->out, "There are no packets in the buffer%s%s.\n", interface ? " of " : "",
		        interface ? interface : "");
	else if (count > 1)
		fputs("pcapdump: several interfaces have packets in their buffers: name one.\n",
		      session->out);
	return count == 1 ? found : NULL;
}

static int show_buffer(struct session *session, const char *interface, uint64_t number,
                       enum capture_format format)
{
	const struct capture *capture = find_buffer(session, interface);
	uint8_t *copy;
	size_t length;
	FILE *file;

	if (!capture)
		return -ENOENT;
	/* The capture goes on meanwhile. */
	if (capture_file_make(CAPTURE_FILE_PCAP, capture->interface, &capture->buffer, &copy, &length))
		return -ENOMEM;
	file = fmemopen(copy, length, "r");
	if (!file) {
		free(copy);
		return -ENOMEM;
	}
	fprintf(session->out, "Showing packets in the buffer of %s:\n", capture->interface);
	return capture_show(session, file, copy, number, format);
}

int pcapdump_show(struct session *session, const struct line *line)
{
	const struct argument *name = line_option(line, "filename"), *number = line_option(line, "num");
	const char *interface = line_word(line, 1);
	enum capture_format format = line_option(line, "hex")   ? CAPTURE_HEX
	                             : line_option(line, "k12") ? CAPTURE_K12
	                                                        : CAPTURE_TEXT;
	unsigned first = 0, last;

	if (number &&
	    (number_range_parse(number->text, 1000000000, &first, &last) || first != last || !first))
		return complain(session, "-num takes the number of packets to show, 1 or more", -EINVAL);
	if (name && interface)
		return complain(session, "give -filename or an interface, not both", -EINVAL);
	return name ? show_file(session, name->text, first, format)
	            : show_buffer(session, interface, first, format);
}

static int write_one(struct session *session, const struct capture *capture, char name[FILE_PATH_MAX])
{
	char reason[MESSAGE_TEXT];
	int error = capture_write(session->engine->captures, capture, name, reason);

	if (error)
		return complain(session, reason, error);
	fprintf(session->out, "%s: Packets have been saved to file \"%s\".\n", capture->interface, name);
	return 0;
}

int pcapdump_write(struct session *session, const struct line *line)
{
	const struct argument *typed = line_option(line, "filename");
	const char *interface = line_word(line, 1);
	char name[FILE_PATH_MAX] = "";
	const struct capture *capture;
	unsigned count = 0;
	int error = 0;

	if (typed || interface) {
		struct file_path path = {0};

		if (typed && (error = parse_name(session, typed->text, false, &path)))
			return error;
		snprintf(name, sizeof(name), "%s", path.name);
		capture = find_buffer(session, interface);
		return capture ? write_one(session, capture, name) : -ENOENT;
	}
	for (capture = captures_first(session->engine->captures); capture && !error;
	     capture = capture->next) {
		if (capture_buffer_is_empty(&capture->buffer))
			continue;
		name[0] = 0;
		error = write_one(session, capture, name);
		count++;
	}
	if (!count)
		fputs("There are no packets in the buffers.\n", session->out);
	return error;
}

int pcapdump_remove(struct session *session, const struct line *line)
{
	const struct argument *typed = line_option(line, "filename");
	struct message_file_entry entries[FILE_ENTRIES_MAX];
	struct file_path path = {.folder = FILE_ROOT};
	char reason[MESSAGE_TEXT];
	size_t count;
	int error = typed ? parse_name(session, typed->text, true, &path) : 0;

	if (!error)
		error = list_files(session, &path, entries, &count);
	if (error)
		return error;
	if (typed && !count) {
		snprintf(reason, sizeof(reason), "there is no file '%.100s'; 'pcapdump -list' lists them",
		         typed->text);
		return complain(session, reason, -ENOENT);
	}
	for (size_t i = 0; i < count && !error; i++) {
		error = file_path_parse(entries[i].path, &path, reason);
		if (!error)
			error = file_store_remove(&session->engine->files, &path, reason);
		if (!error)
			fprintf(session->out, "Removed %s.\n", path.name);
	}
	if (error)
		return complain(session, reason, error);
	if (!typed) {
		captures_clear(session->engine->captures);
		fputs("The buffers are empty.\n", session->out);
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `crashdump` and `files`: what SCP brings and fetches, listed and deleted (C02-066, C02-117). */

#include "lib/messages/file.h"
#include "lib/messages/type.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/files/file_store.h"
#include "mgmt/mgmtd/session/table.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

struct place {
	enum file_folder folder;
	const char *command;
};

static int complain(struct session *session, const struct place *place, const char *why, int error)
{
	fprintf(session->out, "%s: %s.\n", place->command, why);
	return error;
}

static const char *name_of(const struct message_file_entry *entry)
{
	const char *slash = strrchr(entry->path, '/');

	return slash ? slash + 1 : entry->path;
}

static int list(struct session *session, const struct place *place)
{
	static struct message_file_entry entries[FILE_ENTRIES_MAX];
	struct file_path path = {.folder = place->folder};
	struct file_store *store = &session->engine->files;
	struct table table = {0};
	unsigned long long used = 0;
	uint64_t left = 0;
	char reason[MESSAGE_TEXT];
	size_t count;
	int error = file_store_list(store, &path, entries, &count, reason);

	if (!error)
		error = file_store_space(store, place->folder, &left, reason);
	if (error)
		return complain(session, place, reason, error);
	table_column(&table, "Size");
	table_column(&table, "Name");
	for (size_t i = 0; i < count; i++) {
		if (entries[i].folder)
			continue;
		used += entries[i].size;
		table_row(&table, "");
		table_cell(&table, "%llu", (unsigned long long)entries[i].size);
		table_cell(&table, "%s", name_of(&entries[i]));
	}
	table_print(&table, 0, session->out);
	fprintf(session->out, "\nUsed space: %9llu Bytes\nFree space: %9llu Bytes\n", used,
	        (unsigned long long)left);
	return 0;
}

/* The name may have wildcards; All stands for '*'. */
static int parse(struct session *session, const struct place *place, const char *name, struct file_path *path)
{
	char reason[MESSAGE_TEXT], text[FILE_PATH_MAX];
	const char *folder = file_folder_name(place->folder);
	int error;

	if (!strcasecmp(name, "All"))
		name = "*";
	if (snprintf(text, sizeof(text), "%s%s%s", folder, *folder ? "/" : "", name) >= (int)sizeof(text))
		return complain(session, place, "the name is too long", -EINVAL);
	error = file_path_parse(text, path, reason);
	if (!error && (path->folder != place->folder || !*path->name)) {
		snprintf(reason, sizeof(reason), "'%.100s' is no name of a file there", name);
		error = -EINVAL;
	}
	return error ? complain(session, place, reason, error) : 0;
}

static int delete (struct session *session, const struct place *place, const char *name)
{
	static struct message_file_entry entries[FILE_ENTRIES_MAX];
	struct file_store *store = &session->engine->files;
	struct file_path path;
	char reason[MESSAGE_TEXT];
	size_t count = 0, deleted = 0;
	int error = parse(session, place, name, &path);

	if (error)
		return error;
	error = file_store_list(store, &path, entries, &count, reason);
	for (size_t i = 0; i < count && !error; i++) {
		if (entries[i].folder)
			continue;
		error = file_path_parse(entries[i].path, &path, reason);
		if (!error)
			error = file_store_remove(store, &path, reason);
		if (error)
			break;
		fprintf(session->out, "Deleted %s.\n", path.name);
		deleted++;
	}
	if (!error && !deleted) {
		snprintf(reason, sizeof(reason), "no file has such a name; '%s -list' lists them",
		         place->command);
		error = -ENOENT;
	}
	return error ? complain(session, place, reason, error) : 0;
}

static int run(struct session *session, const struct line *line, const struct place *place)
{
	const struct argument *name = line_option(line, "delete");

	if (line_word_count(line) > 1 || (name && line_option(line, "list")))
		return complain(session, place, "one option, and no other word: -list, or -delete=FILE",
		                -EINVAL);
	return name ? delete (session, place, name->text) : list(session, place);
}

int command_crashdump(struct session *session, const struct line *line)
{
	static const struct place crashdumps = {FILE_CRASHDUMPS, "crashdump"};

	return run(session, line, &crashdumps);
}

int command_files(struct session *session, const struct line *line)
{
	static const struct place root = {FILE_ROOT, "files"};

	return run(session, line, &root);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/file.h"
#include "lib/messages/type.h"
#include "mgmt/mgmtd/files/file_path.h"
#include "mgmt/scp/transfer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool refuse(struct transfer *transfer, const char *what, const char *why)
{
	transfer->errors++;
	return wire_complain(false, *what ? "%s: %s" : "%s%s", what, why);
}

/* A line and its answer; *taken is false where the client does not want what it announces. */
static bool announce(struct transfer *transfer, const char *line, bool *taken)
{
	int answer;

	if (!wire_write(line, strlen(line)))
		return false;
	answer = wire_answer(&transfer->wire);
	*taken = !answer;
	transfer->errors += answer != 0;
	return answer != -ECONNRESET;
}

static bool announce_times(struct transfer *transfer, const struct message_file_entry *entry)
{
	char line[SCP_RECORD_MAX];
	bool taken;

	if (!transfer->command.times)
		return true;
	snprintf(line, sizeof(line), "T%" PRIu64 " 0 %" PRIu64 " 0\n", entry->modified, entry->modified);
	return announce(transfer, line, &taken);
}

/* Exactly the size that was announced, whatever the file does meanwhile. */
static bool send_content(struct transfer *transfer, int file, uint64_t size)
{
	static char buffer[65536];
	bool whole = true;

	while (size) {
		size_t part = size < sizeof(buffer) ? (size_t)size : sizeof(buffer);
		ssize_t got = whole ? read(file, buffer, part) : 0;

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			whole = false;
			memset(buffer, 0, part);
			got = (ssize_t)part;
		}
		if (!wire_write(buffer, (size_t)got))
			return false;
		size -= (uint64_t)got;
	}
	if (whole ? !wire_acknowledge() : !refuse(transfer, "", "the file became shorter while it was read"))
		return false;
	switch (wire_answer(&transfer->wire)) {
	case 0:
		return true;
	case -EIO:
		transfer->errors++;
		return true;
	default:
		return false;
	}
}

static bool send_file(struct transfer *transfer, const struct message_file_entry *entry)
{
	char line[SCP_RECORD_MAX];
	struct stat status;
	bool taken, going_on;
	int file = remote_open(&transfer->remote, FILE_READ, entry->path, 0);

	if (file < 0)
		return refuse(transfer, "", transfer->remote.text);
	if (fstat(file, &status)) {
		close(file);
		return refuse(transfer, entry->path, strerror(errno));
	}
	snprintf(line, sizeof(line), "C0644 %" PRIu64 " %s\n", (uint64_t)status.st_size,
	         strrchr(entry->path, '/') + 1);
	going_on = announce_times(transfer, entry) && announce(transfer, line, &taken) &&
	           (!taken || send_content(transfer, file, (uint64_t)status.st_size));
	close(file);
	return going_on;
}

static bool send_listed(struct transfer *transfer, const char *path, bool pattern);

/* The root has no name to be announced under: what it holds goes where the client wants it. */
static bool send_folder(struct transfer *transfer, const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	char line[SCP_RECORD_MAX];
	bool taken;

	if (!transfer->command.recursive)
		return refuse(transfer, path, "this is a folder; 'scp -r' downloads what it holds");
	if (!*name)
		return send_listed(transfer, path, false);
	snprintf(line, sizeof(line), "D0755 0 %s\n", name);
	if (!announce(transfer, line, &taken))
		return false;
	return !taken || (send_listed(transfer, path, false) && announce(transfer, "E\n", &taken));
}

/* Of what wildcards match, folders are meant with -r only. */
static bool send_listed(struct transfer *transfer, const char *path, bool pattern)
{
	const struct message_file_entry *listed;
	struct message_file_entry *entries;
	int count = remote_list(&transfer->remote, path, &listed);
	bool going_on = true;

	if (count < 0)
		return refuse(transfer, "", transfer->remote.text);
	entries = malloc((size_t)count * sizeof(*entries) + 1);
	if (!entries)
		return refuse(transfer, path, strerror(ENOMEM));
	memcpy(entries, listed, (size_t)count * sizeof(*entries));
	for (int i = 0; i < count && going_on; i++) {
		entries[i].path[FILE_PATH_MAX - 1] = 0;
		if (!entries[i].folder)
			going_on = send_file(transfer, &entries[i]);
		else if (!pattern || transfer->command.recursive)
			going_on = send_folder(transfer, entries[i].path);
	}
	free(entries);
	return going_on;
}

bool transfer_send(struct transfer *transfer)
{
	if (wire_answer(&transfer->wire))
		return false;
	for (size_t i = 0; i < transfer->command.count; i++) {
		const char *asked = transfer->command.path[i];
		char path[FILE_PATH_MAX], reason[MESSAGE_TEXT];
		struct file_path parsed;
		bool going_on;

		if (file_path_parse(asked, &parsed, reason)) {
			going_on = refuse(transfer, asked, reason);
		} else {
			file_path_print(&parsed, path);
			going_on = *parsed.name ? send_listed(transfer, path, parsed.pattern)
			                        : send_folder(transfer, path);
		}
		if (!going_on)
			return false;
	}
	return true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/file.h"
#include "mgmt/mgmtd/files/file_path.h"
#include "mgmt/scp/transfer.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The system has no memory left for a page that was promised. */
static void on_bus_error(int signal)
{
	static const char text[] = "\2scp: the memory for files is full\n";

	(void)signal;
	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		_exit(2);
	_exit(1);
}

/* The file's bytes and the client's word on them. Mapped, as this process may not write files. */
static bool read_content(struct wire *wire, int file, uint64_t size, int *answer)
{
	char *bytes = NULL;
	bool done;

	if (size) {
		bytes = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
		if (bytes == MAP_FAILED) {
			wire_complain(true, "the file cannot be written");
			return false;
		}
	}
	done = wire_acknowledge() && (!size || wire_read(wire, bytes, (size_t)size));
	if (bytes)
		munmap(bytes, (size_t)size);
	if (!done)
		return false;
	*answer = wire_answer(wire);
	return *answer != -ECONNRESET;
}

/* Where the file goes: under its own name into a folder, else under the target's. */
static void name_target(const struct file_path *target, const char *name, char path[FILE_PATH_MAX])
{
	struct file_path file = *target;

	if (!*file.name)
		strcpy(file.name, name);
	file_path_print(&file, path);
}

static bool refuse(struct transfer *transfer, const char *why)
{
	transfer->errors++;
	return wire_complain(false, "%s", why);
}

static bool take_file(struct transfer *transfer, const struct file_path *target,
                      const struct scp_record *record)
{
	char path[FILE_PATH_MAX];
	bool going_on;
	int file, answer;

	if (!file_name_is_valid(record->text))
		return refuse(transfer,
		              "a file's name is letters, digits, blanks and _-.+=@, and begins with a "
		              "letter, a digit or '_'; at most 127 characters");
	name_target(target, record->text, path);
	file = remote_open(&transfer->remote, FILE_WRITE, path, record->size);
	if (file < 0)
		return refuse(transfer, transfer->remote.text);
	going_on = read_content(&transfer->wire, file, record->size, &answer);
	close(file);
	if (!going_on)
		return false;
	/* The client could not read all of it; what came is no file. */
	if (answer) {
		transfer->errors++;
		return wire_acknowledge();
	}
	if (remote_keep(&transfer->remote, path))
		return refuse(transfer, transfer->remote.text);
	return wire_acknowledge();
}

/* Returns false where nothing can follow. */
static bool take_record(struct transfer *transfer, const struct file_path *target, const char *line)
{
	struct scp_record record;

	if (scp_record_parse(line, &record)) {
		wire_complain(true, "the client does not speak the SCP protocol");
		return false;
	}
	switch (record.kind) {
	case SCP_FILE:
		return take_file(transfer, target, &record);
	case SCP_FOLDER:
		return refuse(transfer, "folders cannot be uploaded; upload their files one by one: scp -O "
		                        "FOLDER/* USER@FIREWALL:");
	case SCP_TIMES: /* a file here is as old as its upload */
		return wire_acknowledge();
	case SCP_WARNING:
		transfer->errors++;
		return true;
	default:
		transfer->errors++;
		return false;
	}
}

bool transfer_take(struct transfer *transfer)
{
	char line[SCP_RECORD_MAX], reason[MESSAGE_TEXT];
	struct file_path target;
	int error = file_path_parse(transfer->command.path[0], &target, reason), got;

	if (!error && (target.pattern || (transfer->command.folder && *target.name))) {
		strcpy(reason, target.pattern
		                   ? "the target cannot have wildcards"
		                   : "there is no such folder; there are /, /scripts and /crashdumps");
		error = -EINVAL;
	}
	if (error) {
		wire_complain(true, "%s: %s", transfer->command.path[0], reason);
		return false;
	}
	signal(SIGBUS, on_bus_error);
	if (!wire_acknowledge())
		return false;
	while ((got = wire_read_line(&transfer->wire, line)) > 0)
		if (!take_record(transfer, &target, line))
			return false;
	return !got;
}

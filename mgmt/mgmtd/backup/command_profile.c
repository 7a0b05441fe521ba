/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Configuration profiles: named configurations on disk, as backups (MA-031, MA-032). */

#include "lib/messages/type.h"
#include "mgmt/mgmtd/backup/backup.h"
#include "mgmt/mgmtd/backup/profile_import.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/engine/state_file.h"
#include "mgmt/mgmtd/session/action_log.h"
#include "mgmt/mgmtd/session/table.h"
#include "mgmt/mgmtd/show/show_changes.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define PROFILES_MAX 64
#define LENGTH_MAX   (BACKUP_LENGTH_MAX + BACKUP_HEADER_MAX)

static const char delivered[] = "Factory Default"; /* a profile that nobody saved */

static int complain(struct session *session, const char *why, int error)
{
	fprintf(session->out, "profile: %s.\n", why);
	return error;
}

static void directory_of(const struct session *session, char path[300])
{
	snprintf(path, 300, "%s/profiles", session->engine->state_directory);
}

/* Names of profiles that are there, sorted, or -errno; the caller frees them and the list. */
static int names_of(const struct session *session, struct dirent ***names)
{
	char path[300];
	int count;

	directory_of(session, path);
	count = scandir(path, names, NULL, alphasort);
	if (count < 0) {
		*names = NULL;
		return errno == ENOENT ? 0 : -errno;
	}
	return count;
}

static int list(struct session *session)
{
	struct dirent **names;
	struct table table = {0};
	char path[300];
	int count = names_of(session, &names);

	if (count < 0)
		return complain(session, strerror(-count), count);
	directory_of(session, path);
	table_column(&table, "Name");
	table_column(&table, "Size");
	table_column(&table, "Date");
	table_column(&table, "Version");
	if (!table_row(&table, ""))
		table_cell(&table, "%s", delivered);
	for (int i = 0; names && i < count; i++) {
		struct backup_header header;
		char *bytes = NULL, reason[128];
		size_t length;

		if (file_name_is_valid(names[i]->d_name) &&
		    !state_file_load(path, names[i]->d_name, LENGTH_MAX, &bytes, &length) &&
		    !backup_read_header(bytes, length, &header, reason) && !table_row(&table, "")) {
			table_cell(&table, "%s", names[i]->d_name);
			table_cell(&table, "%zu", length);
			table_cell(&table, "%s", header.date);
			table_cell(&table, "%s", header.version);
		}
		free(bytes);
		free(names[i]);
	}
	free(names);
	table_print(&table, 0, session->out);
	return 0;
}

/* For a profile that is to be written or deleted. */
static int check_name(struct session *session, const char *name)
{
	if (!strcasecmp(name, delivered))
		return complain(session, "Factory Default is what the system was delivered with, and stays",
		                -EPERM);
	if (!file_name_is_valid(name) || strlen(name) > 63)
		return complain(
		    session,
		    "a profile's name is letters, digits, blanks and _-.+=@, and begins with a letter, a "
		    "digit or '_'; at most 63 characters",
		    -EINVAL);
	return 0;
}

static int check_room(struct session *session)
{
	struct dirent **names;
	int count = names_of(session, &names), valid = 0;

	for (int i = 0; names && i < count; i++) {
		valid += file_name_is_valid(names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return valid < PROFILES_MAX
	           ? 0
	           : complain(session, "there are 64 profiles already; delete some", -EDQUOT);
}

int profile_save(struct session *session, const char *name, const struct configuration *configuration,
                 const char *action)
{
	char path[300], *bytes, reason[256];
	size_t length;
	int error = check_name(session, name);

	if (!error)
		error = check_room(session);
	if (error)
		return error;
	error = backup_make(configuration, false, &bytes, &length, reason);
	if (error)
		return complain(session, reason, error);
	directory_of(session, path);
	error = state_file_save(path, name, bytes, length);
	free(bytes);
	if (error)
		return complain(session, strerror(-error), error);
	action_log(session, action, name);
	fprintf(session->out, "Saved profile %s: %zu bytes.\n", name, length);
	return 0;
}

static int open_profile(struct session *session, const char *name, struct backup *out)
{
	char path[300], *bytes, reason[256] = "";
	size_t length;
	int error;

	if (!strcasecmp(name, delivered)) {
		error = backup_delivered(session->engine, out, reason);
		return error ? complain(session, *reason ? reason : strerror(-error), error) : 0;
	}
	error = check_name(session, name);
	if (error)
		return error;
	directory_of(session, path);
	error = state_file_load(path, name, LENGTH_MAX, &bytes, &length);
	if (error == -ENOENT)
		return complain(session, "there is no profile of that name; 'profile -list' lists them",
		                error);
	if (error)
		return complain(session, strerror(-error), error);
	error = backup_open(session->engine, bytes, length, out, session->out, reason);
	free(bytes);
	return error ? complain(session, reason, error) : 0;
}

static int restore(struct session *session, const char *name)
{
	struct engine *engine = session->engine;
	struct backup backup;
	char reason[256];
	int error;

	if (!strcasecmp(name, delivered))
		return complain(session, "Factory Default is activated by 'backup -factoryreset'", -EPERM);
	if (engine->activation.busy || engine->uncommitted)
		return complain(session,
		                "an activated configuration waits for its commit; 'commit' or 'reject' first",
		                -EBUSY);
	error = open_profile(session, name, &backup);
	if (error)
		return error;
	if (backup_interface_changes(engine, &backup, session->out)) {
		fputs("Nothing was changed.\n", session->out);
		error = -EINVAL;
	} else if (check_refused(&backup.configuration, session->out)) {
		error =
		    complain(session,
		             "the profile is inconsistent, or this node has not what it needs; nothing was "
		             "changed",
		             -EINVAL);
	} else if ((error = backup_restore(engine, &backup, reason))) {
		complain(session, reason, error);
	} else {
		action_log(session, "profile/restore", name);
		fputs("'show -changes' lists what the profile changes, 'activate' and then 'commit' put it "
		      "into force, "
		      "'reject' drops it.\n",
		      session->out);
	}
	backup_clear(&backup);
	return error;
}

static int compare(struct session *session, const char *name)
{
	struct backup backup;
	int error = open_profile(session, name, &backup);

	if (error)
		return error;
	show_differences(session, &session->engine->running, &backup.configuration);
	backup_clear(&backup);
	return 0;
}

static int drop(struct session *session, const char *name)
{
	char path[300 + 128];
	int error = check_name(session, name);

	if (error)
		return error;
	directory_of(session, path);
	strcat(strcat(path, "/"), name);
	if (unlink(path))
		return complain(session,
		                errno == ENOENT
		                    ? "there is no profile of that name; 'profile -list' lists them"
		                    : strerror(errno),
		                -errno);
	action_log(session, "profile/delete", name);
	fprintf(session->out, "Deleted profile %s.\n", name);
	return 0;
}

static int export(struct session *session, const char *name, const char *file)
{
	char path[300], named[FILE_NAME_MAX + 8], *bytes, reason[MESSAGE_TEXT];
	struct file_path target;
	size_t length;
	int error = check_name(session, name);

	snprintf(named, sizeof(named), "%.63s.bkp", name);
	if (!error)
		error = profile_file(session, file ? file : named, &target);
	if (error)
		return error;
	directory_of(session, path);
	error = state_file_load(path, name, LENGTH_MAX, &bytes, &length);
	if (error)
		return complain(session,
		                error == -ENOENT
		                    ? "there is no profile of that name; 'profile -list' lists them"
		                    : strerror(-error),
		                error);
	error = file_store_write(&session->engine->files, &target, bytes, length, reason);
	free(bytes);
	if (error)
		return complain(session, reason, error);
	action_log(session, "profile/download", name);
	fprintf(session->out, "Created /%s: %zu bytes.\n", target.name, length);
	return 0;
}

int command_profile(struct session *session, const struct line *line)
{
	static const struct {
		const char *option;
		size_t least, most; /* words behind it */
	} actions[] = {{"list", 0, 0},   {"save", 1, 1},   {"restore", 1, 1}, {"compare", 1, 1},
	               {"delete", 1, 1}, {"import", 2, 2}, {"export", 1, 2}};
	const size_t count = sizeof(actions) / sizeof(*actions);
	size_t words = line_word_count(line) - 1, action = count, given = 0;
	const char *name = line_word(line, 1), *file = line_word(line, 2);

	for (size_t i = 0; i < count; i++)
		if (line_option(line, actions[i].option)) {
			action = i;
			given++;
		}
	if (!given && !words)
		return list(session);
	if (given != 1 || words < actions[action].least || words > actions[action].most) {
		fputs("profile: one option, and what belongs to it. 'help profile' shows how it is typed.\n",
		      session->out);
		return -EINVAL;
	}
	switch (action) {
	case 1:
		return profile_save(session, name, &session->engine->running, "profile/save");
	case 2:
		return restore(session, name);
	case 3:
		return compare(session, name);
	case 4:
		return drop(session, name);
	case 5:
		return profile_import(session, name, file, line);
	case 6:
		return export(session, name, file);
	default:
		return list(session);
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/commit.h"
#include "lib/messages/file.h"
#include "lib/messages/type.h"
#include "mgmt/mgmtd/backup/backup.h"
#include "mgmt/mgmtd/backup/factory_reset.h"
#include "mgmt/mgmtd/backup/signed_profile.h"
#include "mgmt/mgmtd/backup/system_backup.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/engine/restart.h"
#include "mgmt/mgmtd/engine/version.h"
#include "mgmt/mgmtd/session/table.h"
#include "system/release.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int complain(struct session *session, const char *why, int error)
{
	fprintf(session->out, "backup: %s.\n", why);
	return error;
}

static int usage(struct session *session, const char *what)
{
	fprintf(session->out, "backup: %s. 'help backup' shows how it is typed.\n", what);
	return -EINVAL;
}

/* The file's path; a backup is in the root folder. */
static int parse_name(struct session *session, const char *name, bool pattern, struct file_path *path)
{
	char reason[MESSAGE_TEXT] = "";
	int error = file_path_parse(name, path, reason);

	if (!error && (path->folder != FILE_ROOT || !*path->name || (path->pattern && !pattern))) {
		snprintf(reason, sizeof(reason), "'%.100s' is no name of a file in the root folder", name);
		error = -EINVAL;
	}
	return error ? complain(session, reason, error) : 0;
}

/* Whether a file is a backup, by its header, which is read. */
static bool is_backup(const struct file_store *store, const struct file_path *path,
                      struct backup_header *header)
{
	char bytes[BACKUP_HEADER_MAX], reason[MESSAGE_TEXT];
	int file = file_store_open(store, path, reason);
	ssize_t got = file < 0 ? -1 : read(file, bytes, sizeof(bytes));

	if (file >= 0)
		close(file);
	return got > 0 && !backup_read_header(bytes, (size_t)got, header, reason);
}

/* A name may be given again to a backup, not to what is another kind of file. */
static int check_new(struct session *session, const struct file_path *path)
{
	struct message_file_entry entries[FILE_ENTRIES_MAX];
	struct file_store *store = &session->engine->files;
	struct backup_header header;
	char reason[MESSAGE_TEXT];
	size_t count;

	if (file_store_list(store, path, entries, &count, reason) || is_backup(store, path, &header))
		return 0;
	snprintf(reason, sizeof(reason), "/%s is there and is no backup; choose another name", path->name);
	return complain(session, reason, -EEXIST);
}

static int write_backup(struct session *session, const struct file_path *path, bool clear, bool with_system)
{
	struct engine *engine = session->engine;
	char *bytes, reason[MESSAGE_TEXT], author[COMMIT_AUTHOR_MAX];
	size_t length;
	int error = backup_make(&engine->running, clear, &bytes, &length, reason);

	if (error)
		return complain(session, reason, error);
	if (with_system)
		error = system_backup_append(&bytes, &length, reason);
	if (!error)
		error = file_store_write(&engine->files, path, bytes, length, reason);
	explicit_bzero(bytes, length);
	free(bytes);
	if (error)
		return complain(session, reason, error);
	session_author(session, author);
	cfglog_write(&engine->cfglog, "Notice", "The backup /%s%s was made by %s.", path->name,
	             clear ? ", with secrets in clear," : "", author);
	fprintf(session->out, "Created /%s: %zu bytes. It is in memory: download it with SCP.\n", path->name,
	        length);
	if (clear)
		fputs("Passwords and keys that others must know are in it as they were typed: keep it safe, "
		      "and delete "
		      "it here ('backup -delete').\n",
		      session->out);
	if (!configuration_equal(&engine->candidate, &engine->running))
		fputs("Edits that are not activated are not in it.\n", session->out);
	return 0;
}

static int create(struct session *session, const char *name, bool clear, bool with_system)
{
	char dated[32];
	struct file_path path;
	time_t now = time(NULL);
	struct tm parts;
	int error;

	strftime(dated, sizeof(dated), "config-%Y%m%d.bkp", localtime_r(&now, &parts));
	error = parse_name(session, name ? name : dated, false, &path);
	if (!error)
		error = check_new(session, &path);
	return error ? error : write_backup(session, &path, clear, with_system);
}

static int list(struct session *session)
{
	struct message_file_entry entries[FILE_ENTRIES_MAX];
	struct file_store *store = &session->engine->files;
	struct table table = {0};
	struct file_path path = {.folder = FILE_ROOT};
	char reason[MESSAGE_TEXT];
	size_t count;
	int error = file_store_list(store, &path, entries, &count, reason);

	if (error)
		return complain(session, reason, error);
	table_column(&table, "Name");
	table_column(&table, "Size");
	table_column(&table, "Date");
	table_column(&table, "Version");
	table_column(&table, "Node");
	table_column(&table, "Secrets");
	for (size_t i = 0; i < count; i++) {
		struct backup_header header;

		if (entries[i].folder || file_path_parse(entries[i].path, &path, reason) ||
		    !is_backup(store, &path, &header) || table_row(&table, ""))
			continue;
		table_cell(&table, "%s", path.name);
		table_cell(&table, "%llu", (unsigned long long)entries[i].size);
		table_cell(&table, "%s", header.date);
		table_cell(&table, "%s", header.version);
		table_cell(&table, "%s", header.node);
		table_cell(&table, "%s", header.clear_secrets ? "clear" : "sealed");
	}
	table_print(&table, 0, session->out);
	return 0;
}

/* Not while something waits for its commit: what would come back then is anybody's guess. */
static int check_idle(struct session *session)
{
	if (session->engine->activation.busy || session->engine->uncommitted)
		return complain(session,
		                "an activated configuration waits for its commit; 'commit' or 'reject' first",
		                -EBUSY);
	return 0;
}

static void tell_restored(struct session *session, const struct backup *backup, bool edited)
{
	unsigned errors = check_configuration(&session->engine->candidate, NULL);

	fprintf(session->out, "The configuration of %s of %s (version %s) is to be activated.\n",
	        backup->header.node, backup->header.date, backup->header.version);
	if (backup->own_parts)
		fputs("It is of the other node of the cluster: System, HighAvailability, EthernetDevice and "
		      "DatapathSettings stay as they are here.\n",
		      session->out);
	if (edited)
		fputs("Edits that were not activated are gone.\n", session->out);
	if (errors)
		fprintf(session->out, "It has %u error%s here, which 'show -errors' lists.\n", errors,
		        errors > 1 ? "s" : "");
	fputs("'show -changes' lists what it changes, 'activate' and then 'commit' put it into force, "
	      "'reject' drops "
	      "it.\n",
	      session->out);
}

static void log_restored(struct session *session, const char *name, const char *how)
{
	char author[COMMIT_AUTHOR_MAX];

	session_author(session, author);
	cfglog_write(&session->engine->cfglog, "Notice", "The backup /%s was restored by %s, %s.", name,
	             author, how);
}

static void on_saved(void *user, int error, const char *reason)
{
	struct session *session = user;

	if (error) {
		complain(session, reason, error);
	} else {
		log_restored(session, session->argument, "for the next start");
		fputs("The system is going down NOW!\n", session->out);
	}
	session_end(session, error);
}

/* For interfaces whose numbers change: the configuration comes into force with the next start, which is now. */
static int restore_and_restart(struct session *session, const struct backup *backup)
{
	char author[COMMIT_AUTHOR_MAX];
	int error = restart_is_possible() ? 0 : -ENOTSUP;

	if (error)
		return complain(session, RESTART_IMPOSSIBLE, error);
	if (check_refused(&backup->configuration, session->out)) {
		fputs("Nothing was changed: with these errors it could not come into force.\n", session->out);
		return -EINVAL;
	}
	session_author(session, author);
	error = engine_commit_at_start(session->engine, &backup->configuration, author, on_saved, session);
	return error ? complain(session, error == -EBUSY ? "a commit is under way" : strerror(-error), error)
	             : SESSION_WAITS;
}

static int use_backup(struct session *session, const struct backup *backup, bool reboot)
{
	struct engine *engine = session->engine;
	bool edited = !configuration_equal(&engine->candidate, &engine->running);
	char reason[256];
	int error;

	if (reboot)
		return restore_and_restart(session, backup);
	if (backup_interface_changes(engine, backup, session->out)) {
		fputs("Nothing was changed. With -reboot the system starts again with the backup.\n",
		      session->out);
		return -EINVAL;
	}
	error = backup_restore(engine, backup, reason);
	if (error)
		return complain(session, reason, error);
	tell_restored(session, backup, edited);
	return 0;
}

/* software: the file's package would be installed, whose own signature stands at another place. */
static int open_file(struct session *session, const char *bytes, size_t length, bool software,
                     struct backup *out, char reason[256])
{
	int error;

	if (software && signed_profile_needed(session->engine)) {
		snprintf(
		    reason, 256,
		    "ConfigurationProfileSettings SignedOnly takes no software of another version; 'upgrade' "
		    "installs it");
		return -EPERM;
	}
	error = signed_profile_check(session->engine, bytes, &length, session->out, reason);
	if (error)
		return error;
	return backup_open(session->engine, bytes, system_backup_split(bytes, length), out, session->out,
	                   reason);
}

static int restore(struct session *session, const char *name, bool reboot, bool force)
{
	struct engine *engine = session->engine;
	struct file_path path;
	struct backup backup;
	char *bytes = NULL, reason[MESSAGE_TEXT], version[RELEASE_VERSION_MAX];
	size_t length = 0;
	int error = check_idle(session);

	if (!error)
		error = parse_name(session, name, false, &path);
	if (error)
		return error;
	error = file_store_read(&engine->files, &path, FILE_ROOT_FILE_BYTES, &bytes, &length, reason);
	if (error)
		return complain(session, reason, error);
	system_backup_version(bytes, length, version);
	error = open_file(session, bytes, length, *version && strcmp(version, version_running()) != 0,
	                  &backup, reason);
	explicit_bzero(bytes, length);
	free(bytes);
	if (error) {
		fprintf(session->out, "backup: /%s cannot be restored: %s. Nothing was changed.\n", path.name,
		        reason);
		return error;
	}
	if (*version && strcmp(version, version_running()) != 0) {
		backup_clear(&backup);
		return system_backup_restore(session, path.name, version, force);
	}
	snprintf(session->argument, sizeof(session->argument), "%s", path.name);
	error = use_backup(session, &backup, reboot);
	backup_clear(&backup);
	if (!error)
		log_restored(session, path.name, "to be activated");
	return error;
}

static int revert(struct session *session)
{
	struct engine *engine = session->engine;
	bool edited = !configuration_equal(&engine->candidate, &engine->running);
	struct backup backup;
	char reason[256], author[COMMIT_AUTHOR_MAX];
	int error = check_idle(session);

	if (error)
		return error;
	error = backup_load_replaced(engine, &backup, reason);
	if (error == -ENOENT) {
		fputs("No backup was ever restored: there is nothing to revert to.\n", session->out);
		return 0;
	}
	if (error)
		return complain(session, reason, error);
	error = configuration_replace(&engine->candidate, &backup.configuration);
	if (error) {
		complain(session, strerror(-error), error);
	} else {
		session_author(session, author);
		cfglog_write(&engine->cfglog, "Notice",
		             "What the last restore replaced was brought back by %s.", author);
		tell_restored(session, &backup, edited);
	}
	backup_clear(&backup);
	return error;
}

static int drop(struct session *session, const char *name)
{
	struct message_file_entry entries[FILE_ENTRIES_MAX];
	struct file_store *store = &session->engine->files;
	struct file_path path;
	struct backup_header header;
	char reason[MESSAGE_TEXT];
	unsigned dropped = 0;
	size_t count;
	int error = parse_name(session, name, true, &path);

	if (error)
		return error;
	error = file_store_list(store, &path, entries, &count, reason);
	for (size_t i = 0; i < count && !error; i++) {
		if (entries[i].folder || file_path_parse(entries[i].path, &path, reason) ||
		    !is_backup(store, &path, &header))
			continue;
		error = file_store_remove(store, &path, reason);
		if (!error)
			fprintf(session->out, "Deleted %s.\n", entries[i].path);
		dropped++;
	}
	if (!error && !dropped) {
		snprintf(reason, sizeof(reason), "there is no backup '%.100s'; 'backup -list' lists them",
		         name);
		error = -ENOENT;
	}
	return error ? complain(session, reason, error) : 0;
}

/* Options that mean something with one of the others only. */
static int check_options(struct session *session, const struct line *line)
{
	static const char *const actions[] = {"create", "list",   "restore",
	                                      "revert", "delete", "factoryreset"};
	static const char *const belongs[][2] = {{"secrets", "create"}, {"reboot", "restore"}};
	unsigned count = 0;
	char text[64];

	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		count += line_option(line, actions[i]) != NULL;
	if (count != 1)
		return usage(session,
		             count ? "one of its options at a time" : "an option such as -create is missing");
	for (size_t i = 0; i < sizeof(belongs) / sizeof(*belongs); i++)
		if (line_option(line, belongs[i][0]) && !line_option(line, belongs[i][1])) {
			snprintf(text, sizeof(text), "-%s belongs to -%s", belongs[i][0], belongs[i][1]);
			return usage(session, text);
		}
	if (line_option(line, "system") && !line_option(line, "create") && !line_option(line, "factoryreset"))
		return usage(session, "-system belongs to -create and -factoryreset");
	if (line_option(line, "force") && !line_option(line, "restore") && !line_option(line, "factoryreset"))
		return usage(session, "-force belongs to -restore and -factoryreset");
	return 0;
}

int command_backup(struct session *session, const struct line *line)
{
	size_t words = line_word_count(line);
	const char *name = line_word(line, 1);
	int error = check_options(session, line);

	if (error)
		return error;
	if (words > 2)
		return usage(session, "one file at a time; a name with blanks stands in quotes");
	if (line_option(line, "create"))
		return create(session, name, line_option(line, "secrets") != NULL,
		              line_option(line, "system") != NULL);
	if (line_option(line, "restore") || line_option(line, "delete")) {
		if (!name)
			return usage(session, "a file's name is missing");
		return line_option(line, "delete")
		           ? drop(session, name)
		           : restore(session, name, line_option(line, "reboot") != NULL,
		                     line_option(line, "force") != NULL);
	}
	if (name)
		return usage(session, "this option takes no name");
	if (line_option(line, "factoryreset"))
		return factory_reset(session, line_option(line, "system") != NULL,
		                     line_option(line, "force") != NULL);
	return line_option(line, "list") ? list(session) : revert(session);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The external configuration storage: what is on it, and what is saved there and loaded from it (MA-035, MA-064). */

#include "mgmt/mgmtd/backup/backup.h"
#include "mgmt/mgmtd/backup/storage.h"
#include "mgmt/mgmtd/backup/storage_file.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/login/login.h"
#include "mgmt/mgmtd/session/action_log.h"

#include <errno.h>
#include <string.h>

static int complain(struct session *session, const char *why, int error)
{
	fprintf(session->out, "ecs: %s.\n", why);
	return error;
}

static const char *describe(int error)
{
	if (error == -ENOTDIR || error == -ELOOP)
		return "Not present";
	if (error == -ENOENT)
		return "Present, without a configuration";
	return strerror(-error);
}

static void on_state(void *user, int error, const char *bytes, size_t length)
{
	struct session *session = user;
	struct backup backup;
	char reason[256] = "";
	FILE *nowhere = error ? NULL : fopen("/dev/null", "we");
	const char *encrypted = storage_file_is_encrypted(bytes, length) ? " (encrypted)" : "";

	fprintf(session->out, "Directory: %s\nState: ", storage_setting(session->engine, "Directory"));
	if (error) {
		fprintf(session->out, "%s\n", describe(error));
	} else if (!nowhere || storage_open(session->engine, bytes, length, &backup, nowhere, reason)) {
		fprintf(session->out, "Not usable%s: %s\n", encrypted, reason);
	} else {
		fprintf(session->out, "%s%s\nSaved: %s by version %s on %s\n",
		        configuration_equal(&backup.configuration, &session->engine->running)
		            ? "In sync"
		            : "Differs from the configuration in force",
		        encrypted, backup.header.date, backup.header.version, backup.header.node);
		backup_clear(&backup);
	}
	if (nowhere)
		fclose(nowhere);
	session_end(session, 0);
}

static void on_saved(void *user, int error, const char *bytes, size_t length)
{
	struct session *session = user;

	(void)bytes;
	(void)length;
	if (error) {
		complain(session, describe(error), error);
	} else {
		fputs("Saved the configuration in force on the external storage.\n", session->out);
		action_log(session, "ecs/save", storage_setting(session->engine, "Directory"));
	}
	session_end(session, error);
}

static int use(struct session *session, struct backup *backup)
{
	struct engine *engine = session->engine;
	char reason[256];
	int error;

	if (engine->activation.busy || engine->uncommitted)
		return complain(session,
		                "an activated configuration waits for its commit; 'commit' or 'reject' first",
		                -EBUSY);
	if (configuration_equal(&backup->configuration, &engine->running)) {
		fputs("The configuration on the external storage is the one in force.\n", session->out);
		return 0;
	}
	if (backup_interface_changes(engine, backup, session->out) ||
	    check_refused(&backup->configuration, session->out))
		return complain(session,
		                "what is on the external storage does not fit here; nothing was changed",
		                -EINVAL);
	cfglog_write(&engine->cfglog, "Notice",
	             "The configuration from the external config storage differs from the device.");
	error = backup_restore(engine, backup, reason);
	if (error)
		return complain(session, reason, error);
	cfglog_write(&engine->cfglog, "Notice",
	             "ECS-load: Configuration restored from external config storage.");
	action_log(session, "ecs/load", storage_setting(engine, "Directory"));
	fputs("'show -changes' lists what it changes, 'activate' and then 'commit' put it into force, "
	      "'reject' drops "
	      "it.\n",
	      session->out);
	return 0;
}

static void on_loaded(void *user, int error, const char *bytes, size_t length)
{
	struct session *session = user;
	struct backup backup;
	char reason[256] = "";

	if (error) {
		complain(session, describe(error), error);
	} else if ((error = storage_open(session->engine, bytes, length, &backup, session->out, reason))) {
		fprintf(session->out, "ecs: it cannot be loaded: %s. Nothing was changed.\n", reason);
	} else {
		error = use(session, &backup);
		backup_clear(&backup);
	}
	session_end(session, error);
}

static int told(struct session *session, int error)
{
	if (error == -ENODEV)
		return complain(
		    session, "no external storage is set: 'set ExternalStorageSettings Directory=/media/...'",
		    error);
	if (error == -EBUSY)
		return complain(
		    session, "the external storage is being read or written; try again in a moment", error);
	return error ? complain(session, strerror(-error), error) : SESSION_WAITS;
}

static void on_confirmed(struct session *session, bool right)
{
	int error = right ? told(session, storage_write(session->engine->storage, on_saved, session))
	                  : complain(session, "the password is wrong; nothing was saved", -EACCES);

	if (error != SESSION_WAITS)
		session_end(session, error);
}

static int on_password(struct session *session, const char *password)
{
	int error = login_confirm(session, password, on_confirmed);

	if (error == -EAGAIN)
		return complain(session, "too many passwords were wrong; wait half a minute", error);
	if (error)
		return complain(session, "the password is wrong; nothing was saved", -EACCES);
	return SESSION_WAITS;
}

/* Hashes of passwords leave the system: who sits there proves once more who he is, where this system can check it. */
static int save(struct session *session)
{
	char question[96];

	if (!*storage_setting(session->engine, "Directory"))
		return told(session, -ENODEV);
	if (!login_has_password(session))
		return told(session, storage_write(session->engine->storage, on_saved, session));
	snprintf(question, sizeof(question), "Password of %.63s:", session->user);
	return session_ask_hidden(session, question, on_password);
}

int command_ecs(struct session *session, const struct line *line)
{
	struct storage *storage = session->engine->storage;
	bool to_save = line_option(line, "save") != NULL, load = line_option(line, "load") != NULL;
	int error;

	if (line_word_count(line) > 1 || (to_save && load))
		return complain(
		    session, "one option at a time, and no name; 'help ecs' shows how it is typed", -EINVAL);
	if (to_save)
		return save(session);
	error = storage_read(storage, load ? on_loaded : on_state, session);
	return told(session, error);
}

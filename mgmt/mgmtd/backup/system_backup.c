/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/backup/system_backup.h"
#include "lib/paths.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/engine/restart.h"
#include "mgmt/mgmtd/engine/version.h"
#include "mgmt/mgmtd/upgrade/command_upgrade.h"
#include "system/package.h"
#include "system/release_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads fd whole behind what is there. */
static int append_file(int fd, char **bytes, size_t *length)
{
	struct stat status = {0};
	size_t done = 0;
	ssize_t got = 1;
	char *larger;

	if (fstat(fd, &status))
		return -errno;
	if (status.st_size <= 0 || status.st_size > (off_t)FILE_ROOT_FILE_BYTES)
		return -EFBIG;
	larger = realloc(*bytes, *length + (size_t)status.st_size);
	if (!larger)
		return -ENOMEM;
	*bytes = larger;
	while (done < (size_t)status.st_size && got > 0) {
		got = read(fd, larger + *length + done, (size_t)status.st_size - done);
		done += got > 0 ? (size_t)got : 0;
	}
	if (done != (size_t)status.st_size)
		return -EIO;
	*length += done;
	return 0;
}

int system_backup_append(char **bytes, size_t *length, char reason[256])
{
	char path[RELEASE_PATH_MAX];
	struct release_state state;
	int fd, error;

	release_load(PATH_RELEASES, &state);
	if (!state.current[0] || strcmp(state.current, version_running()) != 0) {
		snprintf(reason, 256,
		         "the software is what was delivered, which has no package and returns with 'backup "
		         "-factoryreset -system'; leave -system out");
		return -ENOENT;
	}
	snprintf(path, sizeof(path), PATH_RELEASES "/%s.upg", state.current);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	error = fd < 0 ? -errno : append_file(fd, bytes, length);
	if (fd >= 0)
		close(fd);
	if (error)
		snprintf(reason, 256, "the package of release %s cannot be read: %s", state.current,
		         strerror(-error));
	return error;
}

size_t system_backup_split(const char *bytes, size_t length)
{
	static const char package[] = "hadrian-upgrade ";
	const char *end = memmem(bytes, length < BACKUP_HEADER_MAX ? length : BACKUP_HEADER_MAX, "\n\n", 2);
	const char *line = end ? memmem(bytes, (size_t)(end - bytes), "\nlength ", 8) : NULL;
	size_t before = end ? (size_t)(end - bytes) + 2 : 0, body = 0, digits = 0;

	/* Ends at the empty line at the latest. */
	for (line = line ? line + 8 : NULL; line && *line >= '0' && *line <= '9' && digits < 9;
	     line++, digits++)
		body = body * 10 + (size_t)(*line - '0');
	if (!digits || before + body + sizeof(package) > length)
		return length;
	/* Anything else behind it is damage, which the configuration's own check finds. */
	return memcmp(bytes + before + body, package, sizeof(package) - 1) ? length : before + body;
}

void system_backup_version(const char *bytes, size_t length, char version[64])
{
	size_t configuration = system_backup_split(bytes, length);
	struct package package;
	char reason[128];

	version[0] = 0;
	if (configuration < length &&
	    !package_parse(bytes + configuration, length - configuration, &package, reason))
		snprintf(version, 64, "%s", package.version);
}

/* What is to be in force when the release of the backup starts; outlives the session that asked for it. */
struct pending {
	struct engine *engine;
	struct backup backup;
};

static void on_ended(void *owner, bool installed)
{
	struct pending *pending = owner;
	char reason[256] = "";

	if (installed && backup_restore_at_start(pending->engine, &pending->backup.configuration, reason))
		cfglog_write(&pending->engine->cfglog, "Error", "The configuration of the backup is lost: %s",
		             reason);
	backup_clear(&pending->backup);
	free(pending);
}

static int refuse(struct session *session, int error, const char *reason)
{
	fprintf(session->out, "backup: /%s cannot be restored: %s. Nothing was changed.\n", session->argument,
	        reason);
	return error;
}

/* Whether its configuration would come into force here; *length is where the package begins. */
static int open_backup(struct session *session, const struct file_path *path, struct pending *pending,
                       size_t *length, char reason[256])
{
	char *bytes = NULL;
	size_t whole = 0;
	int error =
	    file_store_read(&session->engine->files, path, FILE_ROOT_FILE_BYTES, &bytes, &whole, reason);

	if (error)
		return error;
	*length = system_backup_split(bytes, whole);
	error = backup_open(session->engine, bytes, *length, &pending->backup, session->out, reason);
	explicit_bzero(bytes, whole);
	free(bytes);
	if (!error && check_refused(&pending->backup.configuration, session->out)) {
		backup_clear(&pending->backup);
		snprintf(reason, 256, "with these errors it could not come into force");
		error = -EINVAL;
	}
	return error;
}

static int install(struct session *session, const struct file_path *path, struct pending *pending,
                   size_t offset)
{
	char reason[256] = "";
	int fd = file_store_open(&session->engine->files, path, reason), error = fd < 0 ? fd : 0;

	if (!error && lseek(fd, (off_t)offset, SEEK_SET) < 0)
		error = -errno;
	if (!error)
		error = upgrade_run(session, fd, on_ended, pending);
	if (fd >= 0)
		close(fd);
	if (error == SESSION_WAITS)
		return error;
	on_ended(pending, false);
	return refuse(session, error, *reason ? reason : strerror(-error));
}

static int begin(struct session *session)
{
	struct pending *pending = calloc(1, sizeof(*pending));
	struct file_path path;
	char reason[256] = "out of memory";
	size_t offset = 0;
	int error = pending ? file_path_parse(session->argument, &path, reason) : -ENOMEM;

	if (!error) {
		pending->engine = session->engine;
		error = open_backup(session, &path, pending, &offset, reason);
	}
	if (error) {
		free(pending);
		return refuse(session, error, reason);
	}
	return install(session, &path, pending, offset);
}

static int on_answer(struct session *session, const char *answer)
{
	if (answer_is_yes(answer))
		return begin(session);
	fputs("Nothing was changed.\n", session->out);
	return 0;
}

int system_backup_restore(struct session *session, const char *name, const char *version, bool force)
{
	snprintf(session->argument, sizeof(session->argument), "%s", name);
	if (!restart_is_possible())
		return refuse(
		    session, -ENOTSUP,
		    "this node's daemons were not started by hadrian-supervisor, which the software of "
		    "a backup needs");
	if (force)
		return begin(session);
	fprintf(
	    session->out,
	    "This will replace the configuration and the software, which becomes release %s,\nand reboot the "
	    "system.\n",
	    version);
	return session_ask(session, "Are you sure you want to continue? [yes/no]:", on_answer);
}

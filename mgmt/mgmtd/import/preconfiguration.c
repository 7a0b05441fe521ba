/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/import/preconfiguration.h"
#include "lib/messages/commit.h"
#include "lib/paths.h"
#include "lib/timer.h"
#include "mgmt/identity/certificate.h"
#include "mgmt/mgmtd/backup/adopt.h"
#include "mgmt/mgmtd/backup/backup.h"
#include "mgmt/mgmtd/backup/profile_import.h"
#include "mgmt/mgmtd/backup/storage.h"
#include "mgmt/mgmtd/backup/storage_file.h"
#include "mgmt/mgmtd/engine/background.h"
#include "mgmt/mgmtd/https/https_render.h"
#include "mgmt/mgmtd/import/medium.h"

#include <errno.h>
#include <qb/qbutil.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOKS        24
#define LOOK_SECONDS 5

/* What the thread has while it works, and the loop before and after. */
struct job {
	char serial[MEDIUM_SERIAL_MAX];
	struct medium_file file;
	int error;
};

struct preconfiguration {
	struct engine *engine;
	struct background *background;
	unsigned looks;
	struct timer timer;
};

static void free_job(struct job *job)
{
	if (job->file.bytes)
		explicit_bzero(job->file.bytes, job->file.length);
	free(job->file.bytes);
	free(job);
}

/* In place of the envelope comes what is in it. */
static int decrypt(struct medium_file *file)
{
	static const char end[] = ".p7e";
	size_t length = strlen(file->path), clear_length;
	char *clear;
	int error;

	if (length < sizeof(end) || strcmp(file->path + length - (sizeof(end) - 1), end) != 0)
		return 0;
	error = medium_decrypt(file->bytes, file->length, HTTPS_CERTIFICATE, &clear, &clear_length);
	free(file->bytes);
	file->bytes = clear;
	file->length = clear_length;
	return error;
}

static void run(void *user)
{
	static const char *const folders[] = {PATH_MEDIA, PATH_MEDIA_RUNTIME, NULL};
	struct job *job = user;

	job->error = medium_find(folders, job->serial, &job->file);
	if (!job->error)
		job->error = decrypt(&job->file);
}

/* Nobody has begun to configure it. */
static bool is_untouched(const struct engine *engine)
{
	return !engine->generation && !engine->lost && !engine->uncommitted && !engine->activation.busy &&
	       configuration_equal(&engine->candidate, &engine->committed);
}

static const char *describe(int error)
{
	return error == -EBADMSG ? "it is damaged, or was not encrypted for this system's certificate"
	                         : strerror(-error);
}

/* As profiles and copies on external storage are read, with what cannot be taken in cfglog. */
static int open_file(struct engine *engine, const struct medium_file *file, struct configuration *out,
                     char reason[256])
{
	const struct profile_way way = {0};
	char *said = NULL;
	size_t size;
	FILE *report = open_memstream(&said, &size);
	struct backup backup;
	int error;

	if (!report)
		return -ENOMEM;
	if (storage_file_is_encrypted(file->bytes, file->length)) {
		error = storage_open(engine, file->bytes, file->length, &backup, report, reason);
		*out = backup.configuration;
	} else {
		error = profile_read(engine, file->bytes, file->length, &way, out, report, reason);
	}
	if (!fclose(report))
		adopt_log(engine, said);
	free(said);
	return error;
}

static void use(struct engine *engine, const struct medium_file *file)
{
	struct configuration configuration = {0};
	char reason[256] = "", author[COMMIT_AUTHOR_MAX];
	int error = open_file(engine, file, &configuration, reason);

	snprintf(author, sizeof(author), "the medium's %.100s", file->path);
	if (error)
		cfglog_write(&engine->cfglog, "Error", "%s is not used: %s", file->path,
		             *reason ? reason : strerror(-error));
	else
		configuration_adopt(engine, &configuration, author);
	configuration_clear(&configuration);
}

static void look(void *user);

static void look_later(struct preconfiguration *preconfiguration)
{
	if (++preconfiguration->looks >= LOOKS)
		return;
	(void)timer_start(&preconfiguration->timer, preconfiguration->engine->loop, QB_LOOP_LOW,
	                  LOOK_SECONDS * QB_TIME_NS_IN_SEC, preconfiguration, look);
}

static void on_looked(void *user, void *work)
{
	struct preconfiguration *preconfiguration = user;
	struct engine *engine = preconfiguration->engine;
	struct job *job = work;

	if (job->error == -ENOENT) {
		if (is_untouched(engine))
			look_later(preconfiguration);
	} else if (is_untouched(engine)) {
		cfglog_write(&engine->cfglog, "Notice",
		             "This system was never configured: preconfiguration from %s.", job->file.path);
		if (job->file.script)
			cfglog_write(&engine->cfglog, "Warning",
			             "preconfig.sh is not run: nothing of a medium is executed.");
		if (job->error)
			cfglog_write(&engine->cfglog, "Error", "%s is not used: %s", job->file.path,
			             describe(job->error));
		else
			use(engine, &job->file);
	}
	free_job(job);
}

static void look(void *user)
{
	struct preconfiguration *preconfiguration = user;
	struct job *job;

	if (!is_untouched(preconfiguration->engine))
		return;
	job = calloc(1, sizeof(*job));
	if (!job)
		return;
	medium_serial(preconfiguration->engine->state_directory, job->serial);
	if (background_start(preconfiguration->background, job))
		free_job(job);
}

/* What profiles for this system are encrypted with; HTTPS has the same. */
static void make_certificate(struct engine *engine)
{
	char name[64] = "hadrian";
	int error;

	gethostname(name, sizeof(name) - 1);
	error = certificate_ensure(HTTPS_CERTIFICATE, PATH_CLUSTER_KEY, name);
	if (error)
		cfglog_write(&engine->cfglog, "Error", "This system's certificate cannot be made: %s",
		             strerror(-error));
}

int preconfiguration_create(struct engine *engine, struct preconfiguration **out)
{
	struct preconfiguration *preconfiguration;
	int error;

	*out = NULL;
	if (engine->generation || engine->lost) {
		storage_start(engine);
		return 0;
	}
	preconfiguration = calloc(1, sizeof(*preconfiguration));
	if (!preconfiguration)
		return -ENOMEM;
	preconfiguration->engine = engine;
	error =
	    background_create(engine->loop, run, on_looked, preconfiguration, &preconfiguration->background);
	if (error) {
		free(preconfiguration);
		return error;
	}
	make_certificate(engine);
	look(preconfiguration);
	*out = preconfiguration;
	return 0;
}

void preconfiguration_destroy(struct preconfiguration *preconfiguration)
{
	if (!preconfiguration)
		return;
	timer_stop(&preconfiguration->timer);
	background_destroy(preconfiguration->background);
	free(preconfiguration);
}

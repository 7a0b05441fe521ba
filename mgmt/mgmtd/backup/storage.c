/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/backup/storage.h"
#include "mgmt/mgmtd/backup/backup.h"
#include "mgmt/mgmtd/backup/signed_profile.h"
#include "mgmt/mgmtd/backup/storage_file.h"
#include "mgmt/mgmtd/engine/background.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What the thread has while it works, and the loop before and after. */
struct job {
	char directory[256];
	bool writes;
	char *bytes; /* to be written, or what was read */
	size_t length;
	int error;
};

struct storage {
	struct engine *engine;
	struct background *background;
	bool again; /* another configuration was committed meanwhile */
	storage_done done;
	void *user;
};

static const struct object_type *settings_type(const struct engine *engine)
{
	return schema_type(engine->schema, NULL, "ExternalStorageSettings");
}

const char *storage_setting(const struct engine *engine, const char *property)
{
	const struct object_type *type = settings_type(engine);

	return value_of(type, object_find(&engine->running, type, NULL, NULL), property);
}

static void free_job(struct job *job)
{
	if (job->bytes)
		explicit_bzero(job->bytes, job->length);
	free(job->bytes);
	free(job);
}

static void run(void *user)
{
	struct job *job = user;

	job->error = job->writes ? storage_file_write(job->directory, job->bytes, job->length)
	                         : storage_file_read(job->directory, &job->bytes, &job->length);
}

static void log_end(struct storage *storage, const struct job *job)
{
	struct cfglog *log = &storage->engine->cfglog;

	if (!job->writes)
		return;
	if (job->error) {
		cfglog_write(log, "Error", "ECS-save: %s cannot be written: %s", job->directory,
		             strerror(-job->error));
		return;
	}
	cfglog_write(log, "Notice", "ECS-save: saved configuration");
	cfglog_write(log, "Notice", "Finished writing the configuration to the external config storage.");
}

static void on_ended(void *user, void *work)
{
	struct storage *storage = user;
	struct job *job = work;
	storage_done done = storage->done;
	bool again = storage->again;

	storage->done = NULL;
	storage->again = false;
	log_end(storage, job);
	if (done)
		done(storage->user, job->error, job->bytes ? job->bytes : "", job->bytes ? job->length : 0);
	free_job(job);
	if (again)
		storage_committed(storage);
}

int storage_create(struct engine *engine, struct storage **out)
{
	struct storage *storage = calloc(1, sizeof(*storage));
	int error;

	if (!storage)
		return -ENOMEM;
	storage->engine = engine;
	error = background_create(engine->loop, run, on_ended, storage, &storage->background);
	if (error) {
		free(storage);
		return error;
	}
	*out = storage;
	return 0;
}

void storage_destroy(struct storage *storage)
{
	if (!storage)
		return;
	background_destroy(storage->background);
	free(storage);
}

/* bytes become the job's. */
static int begin(struct storage *storage, char *bytes, size_t length, storage_done done, void *user)
{
	struct job *job = calloc(1, sizeof(*job));
	int error;

	if (!job) {
		free(bytes);
		return -ENOMEM;
	}
	*job = (struct job){.writes = bytes != NULL, .bytes = bytes, .length = length};
	snprintf(job->directory, sizeof(job->directory), "%s", storage_setting(storage->engine, "Directory"));
	error = background_start(storage->background, job);
	if (error) {
		free_job(job);
		return error;
	}
	if (job->writes)
		cfglog_write(&storage->engine->cfglog, "Notice",
		             "Writing the configuration to the external config storage.");
	storage->done = done;
	storage->user = user;
	return 0;
}

static int check(const struct storage *storage)
{
	if (!storage || !*storage_setting(storage->engine, "Directory"))
		return -ENODEV;
	return background_is_busy(storage->background) ? -EBUSY : 0;
}

int storage_read(struct storage *storage, storage_done done, void *user)
{
	int error = check(storage);

	return error ? error : begin(storage, NULL, 0, done, user);
}

int storage_write(struct storage *storage, storage_done done, void *user)
{
	char *bytes = NULL, *box = NULL, reason[256];
	size_t length;
	int error = check(storage);

	if (!error)
		error = backup_make(&storage->engine->running, false, &bytes, &length, reason);
	if (!error && !strcmp(storage_setting(storage->engine, "Encrypt"), "Yes")) {
		error = storage_file_encrypt(bytes, length, &box, &length);
		free(bytes);
		bytes = box;
	}
	return error ? error : begin(storage, bytes, length, done, user);
}

void storage_forget(struct storage *storage, const void *user)
{
	if (storage && storage->user == user)
		storage->done = NULL;
}

void storage_committed(struct storage *storage)
{
	int error;

	if (!storage || strcmp(storage_setting(storage->engine, "AutoSave"), "Yes") != 0)
		return;
	if (background_is_busy(storage->background)) {
		storage->again = true;
		return;
	}
	error = storage_write(storage, NULL, NULL);
	if (error)
		cfglog_write(&storage->engine->cfglog, "Error",
		             "ECS-save: the configuration was not saved: %s", strerror(-error));
}

int storage_open(const struct engine *engine, const char *bytes, size_t length, struct backup *backup,
                 FILE *out, char reason[256])
{
	char *clear;
	size_t clear_length;
	int error;

	if (!storage_file_is_encrypted(bytes, length)) {
		error = signed_profile_check(engine, bytes, &length, out, reason);
		return error ? error : backup_open(engine, bytes, length, backup, out, reason);
	}
	/* Who could encrypt it has this system's key, which is as good as a signature. */
	error = storage_file_decrypt(bytes, length, &clear, &clear_length);
	if (error) {
		snprintf(reason, 256, "%s",
		         error == -EBADMSG ? "it is damaged, or was encrypted by another system"
		                           : strerror(-error));
		return error;
	}
	error = backup_open(engine, clear, clear_length, backup, out, reason);
	explicit_bzero(clear, clear_length);
	free(clear);
	return error;
}

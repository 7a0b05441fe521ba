/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The external storage when the system starts (MA-035). */

#include "lib/messages/commit.h"
#include "mgmt/mgmtd/backup/adopt.h"
#include "mgmt/mgmtd/backup/backup.h"
#include "mgmt/mgmtd/backup/storage.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void use(struct engine *engine, const struct configuration *configuration)
{
	char author[COMMIT_AUTHOR_MAX];

	if (configuration_equal(configuration, &engine->running)) {
		cfglog_write(&engine->cfglog, "Notice",
		             "The configuration from the external config storage is the one in force.");
		return;
	}
	cfglog_write(&engine->cfglog, "Notice",
	             "The configuration from the external config storage differs from the device.");
	snprintf(author, sizeof(author), "the external config storage %.80s",
	         storage_setting(engine, "Directory"));
	if (!configuration_adopt(engine, configuration, author))
		cfglog_write(&engine->cfglog, "Notice",
		             "ECS-load: Configuration restored from external config storage.");
}

static void on_read(void *user, int error, const char *bytes, size_t length)
{
	struct engine *engine = user;
	struct backup backup;
	char reason[256], *said = NULL;
	size_t size;
	FILE *report;

	snprintf(reason, sizeof(reason), "%s", strerror(-error));
	report = error ? NULL : open_memstream(&said, &size);
	if (report) {
		error = storage_open(engine, bytes, length, &backup, report, reason);
		if (!fclose(report))
			adopt_log(engine, said);
	}
	free(said);
	if (error || !report) {
		cfglog_write(&engine->cfglog, "Warning",
		             "ECS-load: nothing was loaded from the external config storage: %s", reason);
		return;
	}
	use(engine, &backup.configuration);
	backup_clear(&backup);
}

void storage_start(struct engine *engine)
{
	int error;

	if (strcmp(storage_setting(engine, "LoadAtBoot"), "Yes") != 0)
		return;
	if (configuration_in_cluster(&engine->running)) {
		cfglog_write(
		    &engine->cfglog, "Notice",
		    "ECS-load: nothing is loaded at the start of a node of a cluster; 'ecs -load' does it.");
		return;
	}
	error = storage_read(engine->storage, on_read, engine);
	if (error)
		cfglog_write(&engine->cfglog, "Warning",
		             "ECS-load: nothing was loaded from the external config storage: %s",
		             strerror(-error));
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/backup/profile_import.h"
#include "mgmt/mgmtd/backup/backup.h"
#include "mgmt/mgmtd/backup/signed_profile.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/import/atv_import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH_MAX (BACKUP_LENGTH_MAX + BACKUP_HEADER_MAX)

static int complain(struct session *session, const char *why, int error)
{
	fprintf(session->out, "profile: %s.\n", why);
	return error;
}

int profile_file(struct session *session, const char *name, struct file_path *path)
{
	char reason[MESSAGE_TEXT] = "the file must be in the root folder";
	int error = file_path_parse(name, path, reason);

	if (!error && (path->folder != FILE_ROOT || !*path->name || path->pattern))
		error = -EINVAL;
	return error ? complain(session, reason, error) : 0;
}

/* The configuration that an old profile changes. */
static int open_base(struct engine *engine, bool delivered, struct configuration *base, char reason[256])
{
	struct backup backup;
	int error;

	if (delivered) {
		error = backup_delivered(engine, &backup, reason);
		*base = backup.configuration;
		return error;
	}
	error = configuration_copy(&engine->running, base);
	if (error)
		snprintf(reason, 256, "%s", strerror(-error));
	return error;
}

static int import_atv(struct engine *engine, struct atv *atv, const struct atv_map *map,
                      const struct profile_way *way, struct configuration *out, FILE *report,
                      char reason[256])
{
	const struct atv_options options = {.whole = !way->add, .force = way->force};
	struct configuration base = {0};
	struct atv_result result;
	int error = open_base(engine, way->delivered, &base, reason);

	if (error)
		return error;
	error = atv_import(engine, map, atv, &base, &options, out, report, &result);
	configuration_clear(&base);
	if (error == -EINVAL)
		snprintf(reason, 256,
		         "the file has what this system cannot take; mend it, or leave that out with -force");
	else if (error)
		snprintf(reason, 256, "%s", strerror(-error));
	else
		fprintf(report, "Of the profile's %zu variables %zu were taken.\n", atv->count, result.taken);
	return error;
}

static int read_atv(struct engine *engine, const char *bytes, size_t length, const struct profile_way *way,
                    struct configuration *out, FILE *report, char reason[256])
{
	struct atv_map map;
	struct atv atv;
	int error = atv_parse(bytes, length, &atv, reason);

	if (error)
		return error;
	error = atv_map_load(engine->schema->directory, &map, reason);
	if (!error && way->ports)
		error = atv_map_set_interfaces(&map, way->ports, reason);
	if (!error)
		error = import_atv(engine, &atv, &map, way, out, report, reason);
	atv_map_free(&map);
	atv_free(&atv);
	return error;
}

int profile_read(struct engine *engine, const char *bytes, size_t length, const struct profile_way *way,
                 struct configuration *out, FILE *report, char reason[256])
{
	struct backup backup;
	int error;

	*reason = 0;
	if (atv_is_profile(bytes, length))
		return read_atv(engine, bytes, length, way, out, report, reason);
	if (way->ports || way->delivered || way->add) {
		snprintf(reason, 256,
		         "-ports, -add and -factory-default are for profiles of mGuard devices, which this "
		         "file is not");
		return -EINVAL;
	}
	error = backup_open(engine, bytes, length, &backup, report, reason);
	*out = backup.configuration;
	return error;
}

static int import(struct session *session, const char *name, const char *bytes, size_t length,
                  const struct profile_way *way)
{
	struct engine *engine = session->engine;
	struct configuration configuration = {0};
	char reason[256] = "";
	int error = signed_profile_check(engine, bytes, &length, session->out, reason);

	if (!error)
		error = profile_read(engine, bytes, length, way, &configuration, session->out, reason);
	if (error)
		return complain(session, *reason ? reason : strerror(-error), error);
	if (check_refused(&configuration, session->out))
		error = complain(
		    session,
		    "the file is inconsistent, or this node has not what it needs; it was not imported",
		    -EINVAL);
	else
		error = profile_save(session, name, &configuration, "profile/upload");
	configuration_clear(&configuration);
	return error;
}

int profile_import(struct session *session, const char *name, const char *file, const struct line *line)
{
	const struct argument *ports = line_option(line, "ports");
	struct profile_way way = {.force = line_option(line, "force") != NULL,
	                          .add = line_option(line, "add") != NULL,
	                          .ports = ports ? ports->text : NULL,
	                          .delivered = line_option(line, "factory-default") != NULL};
	struct file_path path;
	char *bytes = NULL, reason[MESSAGE_TEXT];
	size_t length = 0;
	int error = profile_file(session, file, &path);

	if (error)
		return error;
	error = file_store_read(&session->engine->files, &path, LENGTH_MAX, &bytes, &length, reason);
	if (error)
		return complain(session, reason, error);
	error = import(session, name, bytes, length, &way);
	explicit_bzero(bytes, length);
	free(bytes);
	return error;
}

/* The line of an answer that says most: the first error, or the first line. */
static void first_error(const char *said, char reason[MESSAGE_TEXT])
{
	const char *line = strstr(said, "Error for ");

	if (!line)
		line = !strncmp(said, "profile: ", 9) ? said + 9 : said;
	snprintf(reason, MESSAGE_TEXT, "%.*s", (int)strcspn(line, "\n"), line);
}

int profile_upload(struct session *session, const char *file_name, const char *bytes, size_t length,
                   char reason[MESSAGE_TEXT])
{
	struct profile_way way = {0};
	char name[FILE_NAME_MAX], *said = NULL;
	size_t size;
	int error;

	snprintf(name, sizeof(name), "%.*s", (int)strlen(file_name) - 4, file_name);
	if (!atv_is_profile(bytes, length)) {
		snprintf(reason, MESSAGE_TEXT, "it is no configuration profile (lines NAME = \"value\")");
		return -EBADMSG;
	}
	session->out = open_memstream(&said, &size);
	if (!session->out)
		return -ENOMEM;
	error = import(session, name, bytes, length, &way);
	fclose(session->out);
	session->out = NULL;
	if (error)
		first_error(said, reason);
	free(said);
	return error;
}

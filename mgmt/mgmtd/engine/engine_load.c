/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/devices.h"
#include "mgmt/mgmtd/configuration/secret.h"
#include "mgmt/mgmtd/configuration/secret_values.h"
#include "mgmt/mgmtd/configuration/store.h"
#include "mgmt/mgmtd/engine/engine.h"
#include "mgmt/mgmtd/engine/restart.h"
#include "mgmt/mgmtd/login/password.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *read_text(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!file)
		return NULL;
	if (getdelim(&text, &size, 0, file) < 0) {
		free(text);
		text = NULL;
	}
	fclose(file);
	return text;
}

/* admin/admin (C02-003), hashed here so that no two systems share a hash. */
static int add_admin(struct configuration *configuration)
{
	const struct object_type *databases = schema_type(configuration->schema, NULL, "LocalUserDatabase");
	const struct object_type *type = schema_type(configuration->schema, databases, "User");
	struct lyd_node *database = object_find(configuration, databases, NULL, "AdminUsers"), *user;
	char hash[PASSWORD_HASH_MAX];
	const char *password[1] = {hash}, *groups[1] = {"Administrators"};
	int error = database ? object_create(configuration, type, database, "admin", &user) : -ENOENT;

	if (!error)
		error = password_hash("admin", hash);
	if (!error)
		error = value_set(user, type_property(type, "Password"), 0, password, 1);
	if (!error)
		error = value_set(user, type_property(type, "Groups"), 0, groups, 1);
	return error;
}

int engine_predefined(struct configuration *configuration, char reason[256])
{
	char path[300], why[256] = "";
	char *json;
	int error;

	snprintf(path, sizeof(path), "%s/defaults.json", configuration->schema->directory);
	json = read_text(path);
	error = json ? configuration_parse(configuration, json, why) : -errno;
	free(json);
	if (error)
		snprintf(reason, 256, "the predefined objects cannot be made from %.100s: %.80s", path,
		         *why ? why : strerror(-error));
	return error;
}

static int load_defaults(struct engine *engine, char reason[256])
{
	int error = engine_predefined(&engine->committed, reason);

	if (error)
		return error;
	error = add_admin(&engine->committed);
	if (!error)
		error = devices_add(&engine->committed);
	if (error)
		snprintf(reason, 256, "the predefined objects cannot be made: %s", strerror(-error));
	return error;
}

/* What was read may still not be a configuration of this schema (another version): then the one before. */
static int load_stored(struct engine *engine)
{
	struct stored stored;
	char why[256];
	int error = store_load(engine->state_directory, &stored);

	if (stored.reason[0])
		cfglog_write(&engine->cfglog, "Error", "%s", stored.reason);
	if (error)
		return error;
	engine->generation = stored.generation;
	error = configuration_parse(&engine->committed, stored.json, why);
	free(stored.json);
	if (error) {
		cfglog_write(&engine->cfglog, "Error",
		             "The saved configuration %llu does not fit this version's schema: %s",
		             (unsigned long long)engine->generation, why);
		engine->generation = 0;
	}
	return error;
}

void engine_find_devices(struct engine *engine)
{
	if (engine->generation || engine->uncommitted || engine->activation.busy)
		return;
	if (devices_add(&engine->committed) || devices_add(&engine->running) ||
	    devices_add(&engine->candidate))
		cfglog_write(&engine->cfglog, "Warning", "Not all devices of this node could be added.");
}

int engine_load(struct engine *engine, char reason[256])
{
	struct timespec now;
	int error;

	clock_gettime(CLOCK_BOOTTIME, &now);
	engine->started_s = (uint64_t)now.tv_sec;
	/* Grows over restarts of mgmtd, also where the clock is set back meanwhile, so that a datapath that lives on
	 * never takes an old policy for a new one. */
	engine->policy_generation = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	engine->committed.schema = engine->running.schema = engine->candidate.schema = engine->schema;
	cfglog_write(&engine->cfglog, "Notice", "Beginning system reconfigure. System starting.");
	error = secrets_load(engine->state_directory);
	if (error) {
		snprintf(reason, 256, "the keys of secrets in %.150s cannot be used: %s",
		         engine->state_directory, strerror(-error));
		return error;
	}
	restart_take_note(&engine->cfglog);
	error = load_stored(engine);
	engine->lost = error && error != -ENOENT;
	if (error) {
		if (engine->lost)
			cfglog_write(
			    &engine->cfglog, "Error",
			    "No saved configuration can be used: starting with the predefined objects only.");
		error = load_defaults(engine, reason);
	}
	/* What somebody wrote into the file in clear. */
	if (!error)
		error = secrets_seal(&engine->committed, NULL);
	if (!error)
		error = configuration_copy(&engine->committed, &engine->running);
	if (!error)
		error = configuration_copy(&engine->committed, &engine->candidate);
	if (!error)
		cfglog_write(&engine->cfglog, "Notice", "Configuration %llu is in force.",
		             (unsigned long long)engine->generation);
	return error;
}

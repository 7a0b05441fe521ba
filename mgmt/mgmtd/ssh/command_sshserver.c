/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/https/listeners.h"
#include "mgmt/mgmtd/login/auth_profile.h"
#include "mgmt/mgmtd/login/users.h"
#include "mgmt/mgmtd/session/table.h"
#include "mgmt/mgmtd/ssh/sshd.h"

#include <string.h>

static const struct ssh_access_status *find(const struct ssh_status *status, const char *name)
{
	for (size_t i = 0; i < status->count; i++)
		if (!strcmp(status->access[i].name, name))
			return &status->access[i];
	return NULL;
}

/* Where the users are all local, and none of them could come in. */
static const char *nobody(const struct configuration *running, const char *access)
{
	static char text[128];
	struct auth_profile profile;

	if (!auth_profile_of_access(running, access, &profile))
		return ", but its AuthProfile is not there: nobody can log in";
	if (profile.server_count || (*profile.database && users_can_log_in(running, profile.database)))
		return "";
	snprintf(text, sizeof(text), ", but %s has no user who could log in",
	         *profile.database ? profile.database : profile.name);
	return text;
}

/* Why it does not run, or that it does (C02-017). */
static void add_state(struct table *table, const struct configuration *running,
                      const struct object_type *type, const struct lyd_node *access,
                      const struct ssh_access_status *status)
{
	struct listeners listeners = {0};
	char address[IP_ADDRESS_TEXT];

	listeners_of(running, type, access, "Port", &listeners);
	if (!listeners.count)
		table_cell(table,
		           "Not running: %s is disabled or has no address of the IP version of SourceNetwork",
		           value_of(type, access, "SourceInterface"));
	else if (!status)
		table_cell(table, "Not running: hadrian-sshd is starting, or cannot (see the system's log)");
	else if (status->error)
		table_cell(table, "Not running at %s: %s", ip_address_format(&status->address, address),
		           strerror(status->error));
	else
		table_cell(table, "Running%s", nobody(running, object_key(type, access)));
}

int command_sshserver(struct session *session, const struct line *line)
{
	static struct ssh_status status;
	const struct configuration *running = &session->engine->running;
	const struct object_type *type = schema_type(running->schema, NULL, "RemoteMgmtSSH");
	struct table table = {0};

	(void)line;
	if (sshd_status(session->engine->sshd, &status))
		status.count = 0;
	table_column(&table, "SSH Server");
	table_column(&table, "Port");
	table_column(&table, "Connected clients");
	table_column(&table, "Status");
	for (const struct lyd_node *access = object_first(running, type, NULL); access;
	     access = object_next(access)) {
		const struct ssh_access_status *one = find(&status, object_key(type, access));

		if (object_disabled(type, access))
			continue;
		table_row(&table, "");
		table_cell(&table, "%s", object_key(type, access));
		table_cell(&table, "%u", value_number(type, access, "Port"));
		table_cell(&table, "%u", one ? one->connected : 0);
		add_state(&table, running, type, access, one);
	}
	if (table.rows)
		table_print(&table, 0, session->out);
	return 0;
}

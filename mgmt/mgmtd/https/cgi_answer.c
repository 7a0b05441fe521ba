/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/engine/version.h"
#include "mgmt/mgmtd/https/cgi.h"
#include "mgmt/mgmtd/https/cgi_query.h"
#include "mgmt/mgmtd/login/users.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#define RIGHTS_CONTROL (CGI_RIGHT_ADMIN | CGI_RIGHT_USER)
#define RIGHTS_LOOK    (RIGHTS_CONTROL | CGI_RIGHT_NETADMIN | CGI_RIGHT_AUDIT)

/* The commands of nph-vpn.cgi (MC-009) and who may give them (MC-010). */
static const struct cgi_command {
	const char *name;
	unsigned rights;
	bool needs_name;
	bool synchronous; /* failures are "F CODE" lines (MC-030), not words */
} cgi_commands[] = {
    {"sysinfo", RIGHTS_LOOK, false, false},  {"status", RIGHTS_LOOK, false, false},
    {"synstat", RIGHTS_LOOK, true, true},    {"up", RIGHTS_CONTROL, true, false},
    {"down", RIGHTS_CONTROL, true, false},   {"synup", RIGHTS_CONTROL, true, true},
    {"syndown", RIGHTS_CONTROL, true, true}, {"clear", CGI_RIGHT_ADMIN, false, false},
};

static void sysinfo(char *body, size_t size)
{
	struct utsname machine;

	if (uname(&machine))
		strcpy(machine.machine, "unknown");
	snprintf(body, size,
	         "mGuardProductName=Hadrian\nmGuardHardware=%s\nmGuardHardwareVersion="
	         "00000000\nmGuardVersion=%s\n",
	         machine.machine, version_running());
}

static const struct cgi_command *find(const char *name)
{
	for (size_t i = 0; i < sizeof(cgi_commands) / sizeof(*cgi_commands); i++)
		if (!strcmp(cgi_commands[i].name, name))
			return &cgi_commands[i];
	return NULL;
}

uint32_t cgi_answer(const char *query, unsigned rights, char *body, size_t size)
{
	struct cgi_query parsed;
	const struct cgi_command *command = NULL;
	bool valid = !cgi_query_parse(query, &parsed);

	body[0] = 0;
	if (valid)
		command = find(parsed.command);
	/* Somebody without any right at the scripts learns nothing of them. */
	if (!(rights & (command ? command->rights : RIGHTS_LOOK)) ||
	    (command && *parsed.channel && !(rights & CGI_RIGHT_ADMIN)))
		return 401;
	if (!command)
		snprintf(body, size, "F EINVAL msg=%s\n",
		         valid ? "cmd must be synup, syndown, synstat, sysinfo, up, down, status or clear"
		               : "parameters are cmd, name and channel, each once, percent-encoded");
	else if (!strcmp(command->name, "sysinfo"))
		sysinfo(body, size);
	else if (command->needs_name && !*parsed.name)
		snprintf(body, size, "F EINVAL msg=%s needs name=\n", command->name);
	else if (command->synchronous)
		snprintf(body, size, "F ENOENT msg=there is no VPN connection of that name\n");
	else if ((*parsed.name && strcmp(parsed.name, "*") != 0) || *parsed.channel ||
	         !strcmp(command->name, "clear"))
		snprintf(body, size, "unknown\n");
	return 200;
}

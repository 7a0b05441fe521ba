/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which software this is and under which conditions (C02-096 .. C02-100, C02-112). */

#include "mgmt/mgmtd/build.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/engine/version.h"
#include "mgmt/mgmtd/session/table.h"
#include "mgmt/mgmtd/upgrade/license.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>
#include <time.h>

static const char *architecture(void)
{
	static struct utsname machine;

	return uname(&machine) ? "unknown" : machine.machine;
}

/* "2d 17h 10m 17s" */
static void print_duration(uint64_t seconds, FILE *out)
{
	if (seconds >= 86400)
		fprintf(out, "%llud ", (unsigned long long)(seconds / 86400));
	if (seconds >= 3600)
		fprintf(out, "%lluh ", (unsigned long long)(seconds / 3600 % 24));
	if (seconds >= 60)
		fprintf(out, "%llum ", (unsigned long long)(seconds / 60 % 60));
	fprintf(out, "%llus", (unsigned long long)(seconds % 60));
}

int command_about(struct session *session, const struct line *line)
{
	struct timespec now;

	(void)line;
	clock_gettime(CLOCK_BOOTTIME, &now);
	fprintf(session->out, "Hadrian %s\nBuild %s (compiler " __VERSION__ ")\nArchitecture %s\nUptime ",
	        version_running(), HADRIAN_BUILD_NAME, architecture());
	print_duration((uint64_t)now.tv_sec - session->engine->started_s, session->out);
	fprintf(session->out,
	        "\nLicense GPL-2.0-or-later, without limits in time or function\nConfiguration %llu%s\n",
	        (unsigned long long)session->engine->generation,
	        session->engine->uncommitted ? ", activated changes are not committed" : "");
	return 0;
}

static void row(struct table *table, const char *property, const char *value)
{
	table_row(table, "");
	table_cell(table, "%s:", property);
	table_cell(table, "%s", value);
}

int license_show(struct session *session)
{
	struct table table = {.right = 1};

	table_column(&table, "Property");
	table_column(&table, "Value");
	row(&table, "IsValid", "Yes");
	row(&table, "License", "GPL-2.0-or-later");
	row(&table, "Version", version_running());
	row(&table, "Build", HADRIAN_BUILD_NAME);
	row(&table, "DisplayModel", architecture());
	row(&table, "UpgradesValidUntil", "<no limit>");
	row(&table, "MACAddress", "<any>");
	row(&table, "Demo", "<empty>");
	row(&table, "HighAvailability", "Yes");
	row(&table, "IKETunnels", "0");
	row(&table, "GTP", "No");
	row(&table, "BGP", "No");
	row(&table, "OSPF", "No");
	row(&table, "CGNAT64", "No");
	row(&table, "DetNAT", "No");
	table_print(&table, 0, session->out);
	fputs("\nNo license is needed, and none can be installed: nothing is limited in time or number. Yes "
	      "and No tell\n"
	      "what this build has.\n",
	      session->out);
	return 0;
}

int command_license(struct session *session, const struct line *line)
{
	const char *action = line_word(line, 1);

	if (!action)
		return license_show(session);
	if (!strcasecmp(action, "activate") || !strcasecmp(action, "remove")) {
		fputs("No license is needed: this software has no limit that a license could lift. Nothing "
		      "was changed.\n",
		      session->out);
		return 0;
	}
	fputs("license: give 'activate FILE', 'remove', or nothing to see what this build has.\n",
	      session->out);
	return -EINVAL;
}

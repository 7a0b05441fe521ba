/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/rule_usage.h"
#include "lib/messages/query.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The rules that the rows to come are of: a row a rule in the same order, and one behind the last. */
struct rule_usage {
	struct policy policy;
	void *blob;
	uint32_t rows, shown;
	char name[128]; /* or an index; "": all */
};

void rule_usage_forget(struct session *session)
{
	if (!session->rule_usage)
		return;
	free(session->rule_usage->blob);
	free(session->rule_usage);
	session->rule_usage = NULL;
}

static void print_row(FILE *out, const char *index, const char *name, const struct rule_row *row)
{
	fprintf(out, "%5s  %-32s %12llu %14llu %18llu\n", index, name, (unsigned long long)row->flows,
	        (unsigned long long)row->packets, (unsigned long long)row->bytes);
}

static void take_row(struct session *session, struct rule_usage *usage, const struct rule_row *row)
{
	uint32_t id = usage->rows++;
	const struct policy_rule *rule;
	char index[16];

	if (id >= usage->policy.rule_count) {
		if (id == usage->policy.rule_count && !*usage->name)
			print_row(session->out, "-", "(no rule: denied)", row);
		return;
	}
	rule = &usage->policy.rules[id];
	snprintf(index, sizeof(index), "%u", rule->index);
	if (*usage->name && strcmp(usage->name, rule->name) != 0 && strcmp(usage->name, index) != 0)
		return;
	usage->shown++;
	print_row(session->out, index, rule->name, row);
}

static void on_rows(void *user, const void *rows, uint32_t count)
{
	struct session *session = user;
	const struct rule_row *row = rows;

	for (uint32_t i = 0; session->rule_usage && i < count; i++)
		take_row(session, session->rule_usage, &row[i]);
}

static void on_end(void *user, int error, const char *text)
{
	struct session *session = user;
	const struct rule_usage *usage = session->rule_usage;

	if (error) {
		fprintf(session->out, "%s.\n", text);
	} else if (usage && usage->rows != usage->policy.rule_count + 1) {
		fputs("ruledb: the rules are being replaced; ask again in a moment.\n", session->out);
		error = -EAGAIN;
	} else if (usage && *usage->name && !usage->shown) {
		fprintf(session->out, "ruledb: no rule in force has the name or index '%s'.\n", usage->name);
		error = -ENOENT;
	}
	rule_usage_forget(session);
	session_end(session, error);
}

int rule_usage_show(struct session *session, const char *name)
{
	struct rule_usage *usage;
	char reason[256] = "";
	size_t length;
	int error;

	rule_usage_forget(session);
	usage = session->rule_usage = calloc(1, sizeof(*usage));
	if (!usage)
		return -ENOMEM;
	snprintf(usage->name, sizeof(usage->name), "%s", name ? name : "");
	error = policy_build(&session->engine->running, session->engine->policy_generation, &usage->blob,
	                     &length, reason);
	if (!error)
		error = policy_open(usage->blob, length, &usage->policy, reason);
	if (error) {
		fprintf(session->out, "The policy cannot be built: %s.\n",
		        *reason ? reason : strerror(-error));
	} else {
		error =
		    datapath_link_query(session->engine->datapath, QUERY_RULES, 0, on_rows, on_end, session);
		if (!error) {
			fputs("Index  Rule                                    Flows        Packets           "
			      "   Bytes\n"
			      "-----  -------------------------------- ------------ -------------- "
			      "------------------\n",
			      session->out);
			return SESSION_WAITS;
		}
		fprintf(session->out, "The datapath cannot be reached: %s.\n", strerror(-error));
	}
	rule_usage_forget(session);
	return error;
}

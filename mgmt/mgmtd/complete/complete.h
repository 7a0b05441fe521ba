/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_COMPLETE_H
#define MGMT_MGMTD_COMPLETE_H

/*
 * Completion of a typed line (C02-008, C02-021, C02-027..C02-030), from commands[], the schema and the
 * configurations alone: nothing is changed or waited for. Any text is safe to give. One thread.
 */

#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/configuration.h"

#define COMPLETE_LISTED 200 /* names in a list at most; of more their number is told */

/* What is looked at; nothing in it is owned. */
struct complete_scene {
	const struct configuration *candidate, *committed;
	const struct object_type *context_type; /* of cc, NULL at the root */
	const struct lyd_node *context;         /* the object of cc, NULL at the root */
	const char *scripts;                    /* their folder */
	unsigned views, columns;                /* columns: of the terminal, for lists; 0: one name a line */
	bool may_write;                         /* else what changes something is left out */
};

struct completion {
	size_t replace; /* bytes before the cursor that insert replaces */
	char *insert;   /* NULL where the line stays as it is */
	char *text;     /* lines to print, "" for none */
};

/* line: up to the cursor. Returns 0 and fills *out (complete_free), or -ENOMEM. */
int complete_line(const struct complete_scene *scene, const char *line, struct completion *out);
void complete_free(struct completion *completion);

/* What a session sees; columns as above. Lives as long as the configurations stay as they are. */
void complete_scene(struct session *session, unsigned columns, struct complete_scene *out);

struct ipc_message;
/* Answers MESSAGE_CLI_COMPLETE of a session; what is malformed is ignored. */
void complete_answer(struct session *session, const struct ipc_message *message);

#endif

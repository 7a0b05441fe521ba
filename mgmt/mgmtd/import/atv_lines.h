/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_ATV_LINES_H
#define MGMT_MGMTD_ATV_LINES_H

/* An import under way, and the lines that it types as an administrator would. Loop's thread. */

#include "mgmt/mgmtd/configuration/target.h"
#include "mgmt/mgmtd/import/atv_conversion.h"
#include "mgmt/mgmtd/import/atv_import.h"
#include "mgmt/mgmtd/session/session.h"

struct import {
	struct session session; /* that types the lines; the candidate is what is being made */
	const struct atv_map *map;
	struct atv *atv;
	const struct atv_options *options;
	FILE *report;
	struct atv_result *result;
};

/* A line `Error for NAME="value": why` of the report, which counts; values of secrets are not in it. */
void atv_complain(struct import *import, const char *name, const char *why);
/* Types a line. Returns what it returns, and what it said (without its newline), the caller's to free, or NULL. */
int atv_type(struct import *import, const char *line, char **said);
/* The object that a line with "put" is about, or NULL; target says of which type it would be. */
struct lyd_node *atv_find_object(struct import *import, const char *text, struct target *target);
/*
 * The lines of an entry, for a variable or a row. name: what errors are about where no column of it is. Returns 0, also
 * where something was complained of, or -ENOMEM.
 */
int atv_run_entry(struct import *import, const struct atv_entry *entry, struct atv_place *place,
                  const char *name);

#endif

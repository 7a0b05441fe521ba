/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_ATV_CONVERSION_H
#define MGMT_MGMTD_ATV_CONVERSION_H

/* From a line of mguard.map to the line that is typed: what stands for values in it. Pure functions. */

#include "mgmt/mgmtd/import/atv_file.h"
#include "mgmt/mgmtd/import/atv_map.h"

#include <stdio.h>

/* What a line is about: a variable, or a row of a table. */
struct atv_place {
	const struct atv_map *map;
	struct atv *atv;
	const char *row;        /* "FW_INCOMING:0.", "" for a variable */
	char object[64];        /* of a row: "incoming_1" */
	char service[64];       /* that has to be made if it is not there, or "" */
	char service_line[256]; /* how */
	/* What is wrong, and where. */
	char variable[ATV_NAME_MAX];
	char why[ATV_REASON];
};

/*
 * Writes the line for that place to out. Variables that it takes are marked as used. Returns 0, or -EINVAL with what is wrong in place, or -ENOMEM.
 */
int atv_expand(struct atv_place *place, const char *template, FILE *out);
/* The variable of that name as it is called now, also where the file has its old name; or NULL. */
struct atv_variable *atv_lookup(const struct atv_map *map, const struct atv *atv, const char *name);
/* The name that a variable has now. */
void atv_name_now(const struct atv_map *map, const char *name, char now[ATV_NAME_MAX]);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_ATV_IMPORT_H
#define MGMT_MGMTD_ATV_IMPORT_H

/* An old profile becomes a configuration (MA-030). Loop's thread. */

#include "mgmt/mgmtd/engine/engine.h"
#include "mgmt/mgmtd/import/atv_file.h"
#include "mgmt/mgmtd/import/atv_map.h"

struct atv_options {
	bool whole; /* the profile is all there is: rows of earlier ones go. Else it adds to them */
	bool force; /* what cannot be taken is left out */
};

struct atv_result {
	size_t taken;   /* variables */
	size_t left;    /* that there is nothing for here */
	unsigned wrong; /* lines of what cannot be taken */
};

/*
 * Makes *out (which was empty; configuration_clear) of base and the profile, with the commands that mguard.map has for its variables,
 * checked as typed ones are; the engine's configurations are as before. report gets a line `Error for VARIABLE="value": reason` for each that cannot
 * be taken, also those of functions that are not there (MA-033, MA-034), and one with the names of all that there is nothing for. Returns 0;
 * -EINVAL where something is wrong and not force, or -ENOMEM, and *out is empty.
 */
int atv_import(struct engine *engine, const struct atv_map *map, struct atv *atv,
               const struct configuration *base, const struct atv_options *options, struct configuration *out,
               FILE *report, struct atv_result *result);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_ATV_MAP_H
#define MGMT_MGMTD_ATV_MAP_H

/*
 * What variables of an old profile become here, as the file mguard.map beside the schema says, whose head explains it
 * (MA-039, MA-055). Pure but for reading the file.
 */

#include <stdbool.h>
#include <stddef.h>

#define ATV_MAP_LENGTH_MAX (256u << 10)

struct atv_pair {
	const char *from, *to;
};

struct atv_pairs {
	size_t count;
	struct atv_pair *pair;
};

/* A variable or a table, and what is typed for it. */
struct atv_entry {
	const char *name;
	const char *prefix; /* of a table's objects; NULL for a variable */
	size_t count;
	const char *command[8];
};

struct atv_map {
	struct atv_pairs renames, ports, interfaces, functions;
	size_t count;
	struct atv_entry *entry;
	char *text;  /* that all of it is in */
	char *given; /* of atv_map_set_interfaces */
};

/* Reads the file. Returns 0 and *out (atv_map_free), or -errno with the reason. */
int atv_map_load(const char *directory, struct atv_map *out, char reason[256]);
/* The same of a text, which is copied. */
int atv_map_parse(const char *text, struct atv_map *out, char reason[256]);
void atv_map_free(struct atv_map *map);

/* What from has become, or NULL. */
const char *atv_pairs_find(const struct atv_pairs *pairs, const char *from);
/* The function that a variable belongs to, or NULL. */
const char *atv_map_function(const struct atv_map *map, const char *name);
/* The interface of a port by its old or new name: "" where that port is gone, NULL where there is no such port. */
const char *atv_map_interface(const struct atv_map *map, const char *port);
/* "WAN:if2,LAN1:if1": other interfaces for ports. Returns 0, or -EINVAL with the reason. */
int atv_map_set_interfaces(struct atv_map *map, const char *ports, char reason[256]);

#endif

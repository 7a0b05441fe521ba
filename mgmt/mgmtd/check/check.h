/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CHECK_H
#define MGMT_MGMTD_CHECK_H

/*
 * Everything that is wrong with a configuration, all at once (C02-043): references to nothing, missing
 * values, and what makes no sense together. One thread, nothing is changed.
 */

#include "mgmt/mgmtd/configuration/configuration.h"

#define CHECK_PROBLEMS_SHOWN 100
#define CHECK_REFUSALS_SHOWN 1000 /* of a configuration that is refused for them */

struct json;

struct problems {
	FILE *out;         /* one line each, or NULL to count only */
	struct json *json; /* or each as an element of an array that is open, or NULL */
	bool refused;      /* the lines of check_refused */
	unsigned count;
};

/*
 * Says that something is wrong with an object: "  IPRule/1: ...". A text about one property begins with its name
 * ("Gateway ...", "PrivateIP:0 ..."): a refusal shows its value.
 */
void problem(struct problems *problems, const struct object_type *type, const struct lyd_node *object,
             const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same for what works, but perhaps not as it was meant: "Warning: ...". It is not counted. */
void warning(struct problems *problems, const struct object_type *type, const struct lyd_node *object,
             const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The object by itself: required values and references. */
void check_object(const struct configuration *configuration, const struct object_type *type,
                  const struct lyd_node *object, struct problems *problems);
/* An object that names others of its kind: loops and what is too large. Others pass. */
void check_groups(const struct configuration *configuration, const struct object_type *type,
                  const struct lyd_node *object, struct problems *problems);
/* Interfaces, routes and the cluster as a whole. */
void check_network(const struct configuration *configuration, struct problems *problems);
/* The address translation of rules (C09-006, C09-010). */
void check_nat(const struct configuration *configuration, struct problems *problems);
/* Router advertisements: profiles, and the routes that want them (C05-017, C05-018). */
void check_advertise(const struct configuration *configuration, struct problems *problems);
/* That every time server is one that can be asked. */
void check_time(const struct configuration *configuration, struct problems *problems);
/* What would be taken and have no effect in this release. */
void check_effect(const struct configuration *configuration, struct problems *problems);
/* The accesses over SSH. */
void check_ssh(const struct configuration *configuration, struct problems *problems);
/* Who may sign configurations. */
void check_profiles(const struct configuration *configuration, struct problems *problems);
/* Limits of flows (C24-002, C24-005, C24-009, C24-010). */
void check_thresholds(const struct configuration *configuration, struct problems *problems);
/* The receivers of logs. */
void check_log(const struct configuration *configuration, struct problems *problems);
/* What a cluster that works should know before next follows running: warnings. */
void check_change(const struct configuration *running, const struct configuration *next,
                  struct problems *problems);
/* All of it, into problems. */
void check_all(const struct configuration *configuration, struct problems *problems);
/* The same as text, which ends with how many are not shown. Returns the number of problems. */
unsigned check_configuration(const struct configuration *configuration, FILE *out);

/*
 * The same for a configuration that somebody brings and that is refused where this is not 0 (MA-033): a line
 * `Error for OBJECT PROPERTY="value": reason` for each problem; `Error for OBJECT: reason` where it is about no one property.
 */
unsigned check_refused(const struct configuration *configuration, FILE *out);
/*
 * The same for the values, properties and types of a configuration as JSON (NUL-terminated) that this version does not
 * take, all of them. 0 where there is none, or where it is no JSON of objects at all. Any text is safe to give.
 */
unsigned check_values(const struct schema *schema, const char *json, FILE *out);
/* One such line; object NULL for a type as a whole. */
void problem_refused(FILE *out, const struct object_type *type, const struct lyd_node *object,
                     const char *text);
/* A value within the quotes of such a line, on one line whatever it holds. */
void refusal_value(const char *value, FILE *out);

/* Calls each, which may delete the object, for every object of a type, in whatever holds them. */
void configuration_walk_type(const struct configuration *configuration, const struct object_type *type,
                             void (*each)(const struct object_type *type, struct lyd_node *object,
                                          void *user),
                             void *user);
/* The same for every object, those inside contexts included, in the schema's order. */
void configuration_walk(const struct configuration *configuration,
                        void (*each)(const struct object_type *type, struct lyd_node *object, void *user),
                        void *user);

#endif

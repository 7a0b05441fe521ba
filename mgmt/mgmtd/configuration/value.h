/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_VALUE_H
#define MGMT_MGMTD_VALUE_H

/* Checks of typed values against the schema, before they go into the candidate. */

#include "lib/address.h"
#include "mgmt/mgmtd/configuration/configuration.h"
#include "mgmt/mgmtd/session/line.h"

/* A name of an object: a letter, then letters, digits, '_', '-', '.'; at most 63. */
bool name_is_valid(const char *name);

/* "80" or "1-1023" with both at most maximum. Returns 0 or -EINVAL. */
int number_range_parse(const char *text, unsigned maximum, unsigned *first, unsigned *last);

/*
 * Sets a property as typed: everything is checked first (names of objects only for their form: what they
 * refer to is looked at when the configuration is activated). A password is replaced by its hash,
 * a secret is sealed. Returns 0,
 * or -errno with one message on out that names the property, the value and what is allowed; then nothing was
 * changed.
 */
int value_assign(struct lyd_node *object, const struct object_type *type, const struct property *property,
                 const struct argument *argument, FILE *out);

/* The same checks without an object to set; object is how messages name it ("IPAddress if1_ip"). */
int value_check(const char *object, const struct property *property, const struct argument *argument,
                FILE *out);

#endif

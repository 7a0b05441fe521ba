/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SHOW_OBJECT_H
#define MGMT_MGMTD_SHOW_OBJECT_H

/* How objects are shown: property by property, and as rows of a listing. */

#include "mgmt/mgmtd/configuration/target.h"
#include "mgmt/mgmtd/session/session.h"

/* "10.1.0.1, if1_ip", "0:if1  1:<empty>"; <empty> for no value. Secrets are stars. */
void show_value(const struct lyd_node *object, const struct property *property, FILE *out);
/* All properties (C07-016). */
void show_object(struct session *session, const struct object_type *type, const struct lyd_node *object);
/* Where the last row stood, in what is shown and in the committed configuration. Begins as {0} for each list. */
struct show_places {
	struct index_cursor shown, committed;
};
/*
 * What has happened to an object that is not committed (C02-042): '-' deleted, 'o' disabled, '!' errors, '+'
 * new, '*' modified. object is of the candidate, or of the committed configuration where it was deleted.
 */
void show_symbols(struct session *session, const struct object_type *type, const struct lyd_node *object,
                  bool deleted, struct show_places *places, char symbols[4]);
/* Whether both have the same values for every property. */
bool objects_equal(const struct object_type *type, const struct lyd_node *a, const struct lyd_node *b);

#endif

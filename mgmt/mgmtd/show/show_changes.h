/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SHOW_CHANGES_H
#define MGMT_MGMTD_SHOW_CHANGES_H

#include "mgmt/mgmtd/session/session.h"

/* What `activate` would change, and what is activated but not committed (C02-044), for people. Returns 0. */
int show_changes(struct session *session);
/* The same as a JSON array: Change (added, modified, deleted), the object, and From and To of each property. */
int show_changes_json(struct session *session);
/* What differs from one configuration to another, in the same form. */
void show_differences(struct session *session, const struct configuration *from,
                      const struct configuration *to);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SHOW_LIST_H
#define MGMT_MGMTD_SHOW_LIST_H

#include "mgmt/mgmtd/session/session.h"

/* All objects of a type as a table, deleted ones included (C02-042). titled: its name above. */
void show_list(struct session *session, const struct object_type *type, struct lyd_node *context,
               bool titled);

#endif

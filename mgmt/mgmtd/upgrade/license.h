/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_LICENSE_H
#define MGMT_MGMTD_LICENSE_H

#include "mgmt/mgmtd/session/session.h"

/* What `license` and `show License` print (C02-099). Returns 0. */
int license_show(struct session *session);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_FACTORY_RESET_H
#define MGMT_MGMTD_FACTORY_RESET_H

#include "mgmt/mgmtd/session/session.h"

/*
 * `backup -factoryreset` (C02-107, C02-108): warns and asks, with force not; then the node starts again with the
 * configuration that it was delivered with, and where with_system is set with that software. As a command: prints to
 * session->out, returns 0 or -errno.
 */
int factory_reset(struct session *session, bool with_system, bool force);

#endif

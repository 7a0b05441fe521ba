/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_FILES_H
#define MGMT_MGMTD_FILES_H

/* Files over the network (MESSAGE_FILE), on connections whose login was granted to an administrator (C02-064). */

#include "lib/ipc.h"

struct session;

void files_message(struct session *session, const struct ipc_message *message);
/* The session is going: what it uploaded and was not kept is gone. */
void files_forget(struct session *session);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CONSOLE_PORT_H
#define MGMT_MGMTD_CONSOLE_PORT_H

/* COMPortAccess objects (C02-019). The running configuration counts. One thread, nothing is changed. */

#include "lib/messages/console.h"
#include "mgmt/mgmtd/configuration/configuration.h"

/* How the program at the console finds it; error is -ENOENT where there is no such object. */
struct message_console console_port(const struct configuration *configuration, const char *name);

/*
 * The object behind the access of a login (struct message_login): a RemoteMgmtSSH that is enabled, or of
 * LOGIN_ACCESS_CONSOLE the COMPortAccess, if it has an AuthProfile. NULL for none.
 */
const struct lyd_node *login_access(const struct configuration *configuration, const char *access,
                                    const struct object_type **type);

#endif

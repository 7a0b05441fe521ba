/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_CLI_CONSOLE_H
#define MGMT_CLI_CONSOLE_H

#include "mgmt/cli/client.h"

/*
 * A session at the local console (C02-019, C02-036): with the name and password of a user where the COMPortAccess has an
 * AuthProfile, else at once. serial: as the program that logs in at a serial line, which is set up first, and at which
 * nothing that is typed interrupts the login. Returns 0, or -errno after saying on standard error what is wrong.
 */
int console_open(struct client *client, const char *port, bool serial);

#endif

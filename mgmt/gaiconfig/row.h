/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_GAICONFIG_ROW_H
#define MGMT_GAICONFIG_ROW_H

#include "mgmt/cli/client.h"

/* A command whose output nobody reads unless it fails: then it goes to standard error. Returns what the command returned. */
int run_quietly(struct client *client, const char *command);

/*
 * Prints the name of the object that a row ("NTP_SERVERS:0") became: its ID here (MA-024). Returns 0, or -errno after saying on standard error
 * what is wrong.
 */
int row_print_id(struct client *client, const char *row);

#endif

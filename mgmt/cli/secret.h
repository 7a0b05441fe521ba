/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_CLI_SECRET_H
#define MGMT_CLI_SECRET_H

#include <stdbool.h>

/* Whether a command line holds a value that must not be shown or kept. Pure. */
bool secret_in(const char *line);
/* Overwrites everything from the first such value on with asterisks, in place. Pure. */
void secret_hide(char *line);

#endif

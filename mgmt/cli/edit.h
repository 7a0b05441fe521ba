/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_CLI_EDIT_H
#define MGMT_CLI_EDIT_H

/* Editing the line of a prompt: Tab (C02-027), Ctrl-C, and the size of the terminal. One thread. */

#include "mgmt/cli/client.h"

#include <histedit.h>

/* Binds the keys of an editor whose EL_CLIENTDATA is a struct client. */
void edit_bind(EditLine *edit);
/* Follows a new size of the terminal and writes the line anew. */
void edit_resize(EditLine *edit);

#endif

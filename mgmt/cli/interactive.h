/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_CLI_INTERACTIVE_H
#define MGMT_CLI_INTERACTIVE_H

#include "mgmt/cli/client.h"

/* A prompt on the terminal with history (C02-026), until `exit` or end of input. Returns 0 or -errno. */
int interactive_run(struct client *client);

#endif

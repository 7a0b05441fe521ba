/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_CLI_SERIAL_H
#define MGMT_CLI_SERIAL_H

#include "lib/messages/console.h"

#include <termios.h>

/* What a COMPortAccess says as settings of a line; others stay. Pure. */
void serial_settings(const struct message_console *console, struct termios *settings);
/* Sets the terminal behind fd up so, and tells it its size where it does not know it. Returns 0 or -errno. */
int serial_apply(int fd, const struct message_console *console);

#endif

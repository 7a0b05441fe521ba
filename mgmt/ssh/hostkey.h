/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SSH_HOSTKEY_H
#define MGMT_SSH_HOSTKEY_H

/* The keys that prove to clients who this node is (C02-014), in PATH_STATE_DIRECTORY, mode 0600. */

#include <libssh/libssh.h>
#include <libssh/server.h>

/* Makes those that are not there yet; takes a second. Returns 0 or -errno. */
int hostkey_ensure(void);
/* Gives the keys (enum ssh_settings_key) to a bind, which owns them. Returns 0 or -EIO. */
int hostkey_load(ssh_bind bind, unsigned keys);

#endif

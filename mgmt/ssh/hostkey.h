/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SSH_HOSTKEY_H
#define MGMT_SSH_HOSTKEY_H

/*
 * The keys that prove to clients who this firewall is (C02-014), in PATH_STATE_DIRECTORY, mode 0600: made of the cluster
 * key where there is one, and so the same on both nodes, else by chance.
 */

#include <libssh/libssh.h>
#include <libssh/server.h>

/* Makes those that are not there yet, and all of them where the cluster key is another; takes a second or two. Returns 0 or -errno. */
int hostkey_ensure(void);
/* Gives the keys (enum ssh_settings_key) to a bind, which owns them. Returns 0 or -EIO. */
int hostkey_load(ssh_bind bind, unsigned keys);

#endif

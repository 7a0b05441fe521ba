/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SSH_SETTINGS_H
#define MGMT_SSH_SETTINGS_H

/*
 * What hadrian-mgmtd tells hadrian-sshd: a file with one line for each address,
 *
 *   listen ADDRESS PORT ACCESS IDLE-SECONDS HOST-KEYS BANNER
 *
 * where ACCESS names the RemoteMgmtSSH object, HOST-KEYS is a sum of enum ssh_settings_key, and BANNER is text in
 * hexadecimal digits, or "-" for none.
 */

#include "lib/address.h"
#include "lib/paths.h"

#include <stdio.h>

#define SSH_SETTINGS      PATH_RUN_DIRECTORY "/sshd.conf"
#define SSH_LISTENERS_MAX 64
#define SSH_BANNER_MAX    1024

enum ssh_settings_key { SSH_SETTINGS_RSA = 1, SSH_SETTINGS_ECDSA = 2 };

struct ssh_listener {
	struct ip_address address;
	uint16_t port;
	char access[64];
	uint32_t idle_seconds;
	unsigned keys; /* enum ssh_settings_key, at least one */
	char banner[SSH_BANNER_MAX + 1];
};

struct ssh_settings {
	struct ssh_listener listener[SSH_LISTENERS_MAX];
	size_t count;
};

/* Reads all lines. Returns 0, or -EBADMSG where one is not as above, -E2BIG for too many. Pure. */
int ssh_settings_read(FILE *file, struct ssh_settings *out);

#endif

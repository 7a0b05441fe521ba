/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SSH_SETTINGS_H
#define MGMT_SSH_SETTINGS_H

/*
 * What hadrian-mgmtd tells hadrian-sshd: a file of lines,
 *
 *   access NAME IDLE-SECONDS HOST-KEYS BANNER    a RemoteMgmtSSH object; what follows is its
 *   listen ADDRESS PORT                          where it answers
 *   network ADDRESSES                            who may connect: a network, a range or an address
 *
 * where HOST-KEYS is a sum of enum ssh_settings_key, and BANNER is text in hexadecimal digits, or "-" for none.
 */

#include "lib/address.h"
#include "lib/paths.h"

#include <stdio.h>

#define SSH_SETTINGS      PATH_RUN_DIRECTORY "/sshd.conf"
#define SSH_ACCESSES_MAX  64
#define SSH_LISTENERS_MAX 512   /* of all accesses */
#define SSH_NETWORKS_MAX  65536 /* of one access */
#define SSH_BANNER_MAX    1024

enum ssh_settings_key { SSH_SETTINGS_RSA = 1, SSH_SETTINGS_ECDSA = 2 };

struct ssh_access {
	char name[64];
	uint32_t idle_seconds;
	unsigned keys; /* enum ssh_settings_key, at least one */
	char banner[SSH_BANNER_MAX + 1];
	struct ip_range *networks; /* malloc'ed */
	size_t network_count, network_capacity;
};

struct ssh_listener {
	struct ip_address address;
	uint16_t port;
	size_t access; /* index */
};

struct ssh_settings {
	struct ssh_access access[SSH_ACCESSES_MAX];
	size_t access_count;
	/* Accesses may share an address and port; they stand here in the order of the accesses. */
	struct ssh_listener listener[SSH_LISTENERS_MAX];
	size_t listener_count;
};

/*
 * Reads all lines into *out, which was empty. Returns 0, or -EBADMSG where one is not as above, -E2BIG for too many,
 * -ENOMEM; ssh_settings_free in every case.
 */
int ssh_settings_read(FILE *file, struct ssh_settings *out);
void ssh_settings_free(struct ssh_settings *settings);

/*
 * Which access lets a client in that reached this address and port: the first in order that has it in a network
 * (C02-012). NULL for none.
 */
const struct ssh_access *ssh_settings_find(const struct ssh_settings *settings,
                                           const struct ip_address *address, uint16_t port,
                                           const struct ip_address *remote);

#endif

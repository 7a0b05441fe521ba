/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SSH_LISTENING_H
#define MGMT_SSH_LISTENING_H

/* The sockets at which hadrian-sshd waits for clients: one for each address and port of the settings. */

#include "mgmt/ssh/settings.h"

#include <stdbool.h>

struct listening {
	struct {
		struct ip_address address;
		uint16_t port;
		int fd;    /* -1: the address cannot be had */
		int error; /* its errno, else 0 */
	} socket[SSH_LISTENERS_MAX];
	size_t count;
};

/* Opens what the settings want and closes what they do not want any more; others stay as they are. */
void listening_configure(struct listening *listening, const struct ssh_settings *settings);
/* Tries again what could not be had. Returns whether something changed. */
bool listening_retry(struct listening *listening);
/* Whether listening_retry has something to try. */
bool listening_incomplete(const struct listening *listening);
void listening_close(struct listening *listening);
/* The errno at this address and port, 0 for none. */
int listening_error(const struct listening *listening, const struct ip_address *address, uint16_t port);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SSH_AUTHENTICATION_H
#define MGMT_SSH_AUTHENTICATION_H

/*
 * How a client logs in (C02-013): with a key (RFC 4252, 7), a password (8), or what its user is asked for
 * (keyboard-interactive, RFC 4256). hadrian-mgmtd decides; what it has to be asked is bounded here.
 */

#include "lib/messages/login.h"
#include "mgmt/ssh/login.h"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>

#define AUTHENTICATION_PASSWORDS_MAX 3
#define AUTHENTICATION_KEYS_MAX      16 /* asked about; then keys are refused, and passwords still taken */
#define AUTHENTICATION_QUESTIONS_MAX 16
#define AUTHENTICATION_WAIT_SECONDS  60 /* for an answer to a question */

struct authentication {
	struct login login;
	bool granted;
	unsigned passwords, keys, questions; /* how many were asked about */
	/* What the user is being asked. */
	enum { ASKED_NOTHING, ASKED_PASSWORD, ASKED_QUESTION } asked;
	char user[64];
	struct message_login_result result; /* with the question */
};

/* The methods that a client is told of at first. */
void authentication_begin(struct authentication *authentication, ssh_session session);
/* No password may be tried any more. */
bool authentication_exhausted(const struct authentication *authentication);

/* Callbacks of libssh. Each returns SSH_AUTH_SUCCESS, SSH_AUTH_PARTIAL or SSH_AUTH_DENIED. */
int authentication_password(struct authentication *authentication, ssh_session session, const char *user,
                            const char *password);
int authentication_key(struct authentication *authentication, const char *user, ssh_key key,
                       char signature_state);
/* keyboard-interactive comes as a message. Returns 0, or 1 where the message is another. */
int authentication_message(struct authentication *authentication, ssh_session session, ssh_message message);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SSH_LOGIN_H
#define MGMT_SSH_LOGIN_H

#include "lib/messages/login.h"

#include <stdbool.h>

#define LOGIN_ANSWER_SECONDS                                                                                 \
	120 /* servers that hadrian-mgmtd asks may be slow, or dead and others asked after them */

/* Who wants to log in, and where. */
struct login {
	int fd;             /* a connection to PATH_LOGIN_SOCKET */
	const char *access; /* the object that lets the client in, see struct message_login */
	const char *remote; /* the client's address */
};

/*
 * Asks hadrian-mgmtd whether this logs in; text is what the method says: a password, an answer or a key. Blocks at most
 * LOGIN_ANSWER_SECONDS. Returns 0: the connection is that user's session now (LOGIN_KEY_OFFERED: the key would be
 * taken); -EINPROGRESS with the question in *result; -EACCES; -EAGAIN; or another -errno where there is no answer.
 */
int login_ask(const struct login *login, enum login_method method, const char *user, const char *text,
              struct message_login_result *result);

#endif

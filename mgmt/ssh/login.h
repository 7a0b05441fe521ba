/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SSH_LOGIN_H
#define MGMT_SSH_LOGIN_H

/*
 * Asks hadrian-mgmtd on fd (a connection to PATH_LOGIN_SOCKET) whether these credentials log in. Blocks. Returns 0:
 * the connection is that user's session now; -EACCES; -EAGAIN; or another -errno where there is no answer.
 */
int login_ask(int fd, const char *access, const char *remote, const char *user, const char *password);

#endif

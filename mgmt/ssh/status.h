/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SSH_STATUS_H
#define MGMT_SSH_STATUS_H

/* What hadrian-sshd tells hadrian-mgmtd (`sshserver`, C02-017), in a file that is replaced with every change. */

#include "lib/paths.h"
#include "mgmt/ssh/settings.h"

#include <sys/types.h>

#define SSH_STATUS PATH_RUN_DIRECTORY "/sshd.status"

struct ssh_access_status {
	char name[64];             /* of the RemoteMgmtSSH object */
	unsigned connected;        /* clients */
	int error;                 /* 0, or the errno of an address at which it cannot answer */
	struct ip_address address; /* that one */
};

struct ssh_status {
	pid_t server;
	struct ssh_access_status access[SSH_ACCESSES_MAX];
	size_t count;
};

/* Returns 0 or -errno. */
int ssh_status_write(const char *path, const struct ssh_status *status);
/* Returns 0, -ENOENT and so on, or -EBADMSG. */
int ssh_status_read(const char *path, struct ssh_status *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SCP_REMOTE_H
#define MGMT_SCP_REMOTE_H

/* The files, which hadrian-mgmtd keeps (MESSAGE_FILE). Blocking; one thread. */

#include "lib/ipc.h"
#include "lib/messages/file.h"
#include "lib/messages/type.h"

struct remote {
	int session;             /* logged in by hadrian-sshd */
	char text[MESSAGE_TEXT]; /* why the last request was refused */
	char buffer[IPC_BODY_MAX] __attribute__((aligned(8)));
};

/* The entries stay in remote until the next request. Returns how many, or -errno. */
int remote_list(struct remote *remote, const char *path, const struct message_file_entry **entries);
/* FILE_READ, or FILE_WRITE with its size. Returns a descriptor, the caller's to close, or -errno. */
int remote_open(struct remote *remote, enum file_operation operation, const char *path, uint64_t size);
/* What was written has its name from now on. Returns 0 or -errno. */
int remote_keep(struct remote *remote, const char *path);

#endif

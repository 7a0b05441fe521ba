/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_COMMIT_H
#define LIB_MESSAGES_COMMIT_H

/* Configurations that both nodes have, and the claims on them: mgmtd <-> hadrian-clusterd. */

#include <stdint.h>

#define COMMIT_AUTHOR_MAX 128

/* How the receiver is to take a configuration; a release that knows no more than the first takes any as that one. */
enum configuration_flags {
	CONFIGURATION_FORCE = 1,   /* `ha -sendconf`: even where its own generation is higher */
	CONFIGURATION_RESTART = 2, /* `ha -sendconf -reboot`: at its next start, which is at once */
};

struct message_configuration {
	uint64_t generation; /* grows with every commit anywhere in the cluster */
	uint8_t digest[32];  /* SHA-256 of the blob */
	uint32_t flags;      /* enum configuration_flags */
	uint32_t reserved;
	char
	    author[COMMIT_AUTHOR_MAX]; /* who committed it just now at the peer, "" where that is not known */
};

struct message_commit_claim {
	uint64_t base;                  /* the generation that is to be followed */
	char author[COMMIT_AUTHOR_MAX]; /* "admin from 192.0.2.1" */
};

struct message_commit_end {
	uint64_t generation; /* that is committed now: base where the commit failed */
};

#endif

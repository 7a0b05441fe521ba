/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_COMMIT_H
#define LIB_MESSAGES_COMMIT_H

/* Configurations that both nodes have, and the claims on them: mgmtd <-> hadrian-clusterd. */

#include <stdint.h>

#define COMMIT_AUTHOR_MAX 128

struct message_configuration {
	uint64_t generation; /* grows with every commit anywhere in the cluster */
	uint8_t digest[32];  /* SHA-256 of the blob */
	uint32_t force; /* `ha -sendconf`: to be applied even where the receiver's generation is higher */
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

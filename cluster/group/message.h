/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_GROUP_MESSAGE_H
#define CLUSTER_GROUP_MESSAGE_H

/*
 * What the two nodes say to each other through CPG. Every message names its version, its type, the lengths of
 * its header and of its body and its sender, so that a node of another version reads what it knows and skips
 * the rest: a newer version appends to a body and to the header, and a reader takes the part that it knows.
 * Little-endian. Corosync encrypts and authenticates what goes over the wire; lengths are checked here
 * nevertheless. Pure; any thread.
 */

#include "lib/messages/commit.h"
#include "lib/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GROUP_MAGIC       0x50524748u /* "HGRP" */
#define GROUP_VERSION     1
#define GROUP_CHUNK       32768 /* of a configuration, in one message */
#define GROUP_MESSAGE_MAX (RECORD_BATCH_MAX + 256)
#define GROUP_CLASSES_MAX 64

/* Numbers are for ever. */
enum group_type {
	GROUP_RECORDS = 1,               /* struct group_records, then a batch */
	GROUP_SNAPSHOT_REQUEST = 2,      /* struct group_request, or no body: the sender wants all classes */
	GROUP_CONFIGURATION = 3,         /* struct group_configuration, then a piece of it */
	GROUP_STATUS = 4,                /* struct group_status, then struct group_count[] */
	GROUP_DEACTIVATE_REQUEST = 5,    /* no body: `ha -activate` was typed at the sender */
	GROUP_CONFIGURATION_REQUEST = 6, /* no body: publish what you have, with force */
	GROUP_COMMIT_CLAIM = 7,          /* struct group_claim; delivered to its sender too */
	GROUP_COMMIT_END = 8,            /* struct group_claim_end; delivered to its sender too */
	GROUP_IDENTITY = 9,              /* struct message_cluster_identity (cluster/identity/identity.h) */
	GROUP_HANDED_OVER = 10, /* no body: the sender yielded, and its last record was sent before */
};

struct group_header {
	uint32_t magic;
	uint8_t version;
	uint8_t type;
	uint16_t header_length; /* where the body starts */
	uint32_t length;        /* of the body */
	uint32_t
	    echo_us; /* what delay_echo (cluster/replication/delay.h) says; 0: nothing, as of earlier releases */
	uint64_t instance; /* of the sending clusterd */
};

struct group_records {
	uint64_t sequence; /* 1, 2, 3 ... of one sender instance: a gap shows that something was dropped */
	uint32_t term;
	uint32_t made_us; /* struct record_batch; 0 of earlier releases */
};

struct group_request {
	uint64_t set; /* of classes: bit n is class n; earlier releases send all */
};

struct group_configuration {
	uint64_t generation;
	uint8_t digest[32];
	uint32_t flags;  /* enum configuration_flags */
	uint32_t total;  /* of the whole configuration, bytes */
	uint32_t offset; /* of this piece */
	uint32_t reserved;
};

struct group_claim {
	uint64_t base;   /* the generation that is to be followed */
	uint64_t number; /* of the sender's claims */
	char author[COMMIT_AUTHOR_MAX];
};

struct group_claim_end {
	uint64_t generation;
};

struct group_status {
	uint8_t active;
	uint8_t resyncing;
	uint16_t count_length; /* of one struct group_count */
	uint32_t class_count;
	uint64_t batches_skipped;
};

struct group_count {
	uint16_t class_id;
	uint16_t repairs; /* as struct message_mirror_count has it */
	uint32_t skipped;
	uint64_t count;
	/* Of GROUP_COUNT_FIRST bytes only, as earlier releases send it, the rest is 0, but for alike, which is count. */
	uint64_t alike;      /* objects that are as the active node has them, as far as the sender knows */
	uint8_t digest_form; /* the sender compares digests of this form (lib/messages/activity.h); 0: none */
	uint8_t reserved[7];
};
#define GROUP_COUNT_FIRST 16

/* A message that was checked. Pointers lead into its bytes. */
struct group_message {
	uint8_t type;
	uint32_t echo_us;
	uint64_t instance;
	struct group_records records;
	struct group_request request;
	struct group_configuration configuration;
	struct group_claim claim;
	struct group_claim_end claim_end;
	struct group_status status;
	struct group_count counts[GROUP_CLASSES_MAX]; /* status.class_count of them */
	const uint8_t *payload; /* the batch, or the piece of a configuration; 8-byte aligned */
	size_t payload_length;
};

/*
 * Writes a message into out. fixed is the type's structure, payload what follows; either may be NULL with
 * length 0. Returns its length, or 0 where it would be longer than GROUP_MESSAGE_MAX.
 */
size_t group_encode(uint8_t type, uint64_t instance, const void *fixed, size_t fixed_length,
                    const void *payload, size_t payload_length, uint8_t out[GROUP_MESSAGE_MAX]);

/* Writes echo_us into an encoded message. */
void group_set_echo(uint8_t out[GROUP_MESSAGE_MAX], uint32_t echo_us);

/*
 * Reads a message, 8-byte aligned. Returns 0; -EBADMSG where lengths do not fit or it is no message of ours;
 * -ENOTSUP where the version or the type is not known (instance is then valid). Any bytes are safe to give.
 */
int group_decode(const void *bytes, size_t length, struct group_message *out);

/* Whether the sender of a message wants its own delivery too, for its place in the total order. Any bytes. */
bool group_is_ordered(const void *bytes, size_t length);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_RADIUS_EXCHANGE_H
#define MGMT_RADIUS_EXCHANGE_H

/*
 * One request of hadrian-mgmtd to RADIUS servers: sent, sent again, and to the next server, until there is an answer.
 * Each server is spoken to from a socket of its own, whose port nobody can know in advance. One thread; times are of
 * CLOCK_MONOTONIC.
 */

#include "lib/messages/radius.h"
#include "mgmt/radius/packet.h"

#include <stdbool.h>

enum attempt_state { ATTEMPT_IDLE, ATTEMPT_WAITS, ATTEMPT_SILENT, ATTEMPT_REJECTED };

struct attempt {
	enum attempt_state state;
	int fd;
	unsigned sent; /* how often */
	uint64_t sent_ns, deadline_ns;
	uint8_t packet[RADIUS_PACKET_MAX];
	size_t length;
	const char *why; /* there is no answer that counts: the last thing that was wrong, or NULL */
};

struct exchange {
	bool busy;
	struct message_radius_request request;
	struct attempt attempt[RADIUS_SERVERS_MAX];
};

/* What happened, for radiussnoop. packet may be NULL. */
struct exchange_event {
	const struct message_radius_server *server;
	const char *what;    /* "sent", "received", "ignored" ... */
	const char *why;     /* or NULL */
	unsigned number, of; /* which of the times that it is sent; 0: says nothing */
	uint64_t after_ns;   /* since the last time it was sent; 0: says nothing */
	const uint8_t *packet;
	size_t length;
};

/* snoop is called for each thing that happens; may be NULL. */
void exchange_set_snoop(void (*snoop)(const struct exchange_event *event));
/* Begins; request->server_count is 1..RADIUS_SERVERS_MAX. Returns true where the answer is there at once (no server
 * could be asked). */
bool exchange_start(struct exchange *exchange, const struct message_radius_request *request,
                    struct message_radius_answer *answer, uint64_t now_ns);
/* A server's socket is readable. Returns true with the answer where that ends it. */
bool exchange_receive(struct exchange *exchange, unsigned server, struct message_radius_answer *answer,
                      uint64_t now_ns);
/* Time has passed. Returns as exchange_receive. */
bool exchange_expire(struct exchange *exchange, struct message_radius_answer *answer, uint64_t now_ns);
/* When exchange_expire has something to do; UINT64_MAX: never. */
uint64_t exchange_deadline(const struct exchange *exchange);
/* Closes and wipes everything. */
void exchange_end(struct exchange *exchange);

#endif

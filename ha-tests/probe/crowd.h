/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HA_TESTS_PROBE_CROWD_H
#define HA_TESTS_PROBE_CROWD_H

/*
 * UDP flows by the million, from one process with a socket at either end: all that is known of a flow is in one place, by
 * one clock. Flow number n comes from the first source address plus n. A flow is heard when its datagram has reached the
 * server, and alive when a datagram of the server, which no rule lets open a flow, reaches its source.
 */

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define CROWD_BATCH 64

struct crowd_datagram {
	uint32_t magic;  /* CROWD_MAGIC */
	uint32_t number; /* of the flow */
	uint32_t round;  /* of a check */
};
#define CROWD_MAGIC 0x43525744u

struct crowd {
	uint32_t most;  /* flows there may ever be */
	uint32_t first; /* source address of flow 0, host byte order */
	struct sockaddr_in server;
	int client_socket, server_socket;

	_Atomic uint32_t next; /* number of the next flow that is opened */
	_Atomic uint32_t rate; /* that are opened a second meanwhile */
	_Atomic uint32_t round;

	/* In the order in which they were heard; written by the server's thread. */
	_Atomic uint32_t heard_count;
	uint32_t *heard;
	uint64_t *heard_at;        /* CLOCK_REALTIME, nanoseconds, by the kernel of the server's host */
	_Atomic uint8_t *is_heard; /* by number */
	/* Written by the client's thread. */
	_Atomic uint32_t alive_count;
	_Atomic uint32_t *alive; /* by number: the last round that reached it */
};

/* Threads of a struct crowd; each works until the process ends. */
void *crowd_hear(void *argument);
void *crowd_listen(void *argument);
void *crowd_go_on(void *argument); /* opens flows at crowd->rate */

/* Sends the datagrams of flows numbers[0..count), at most CROWD_BATCH, from their sources. */
void crowd_send(const struct crowd *crowd, const uint32_t *numbers, unsigned count);
/* Opens that many more, as fast as they are heard. False where some stay unheard. */
bool crowd_open(struct crowd *crowd, uint32_t count);
/*
 * Asks for every flow that was heard before the server's longest silence of those that ended after a moment (CLOCK_REALTIME,
 * nanoseconds; 0: every flow), and prints how many of them are missing and how old those were.
 */
void crowd_check(struct crowd *crowd, uint64_t moment);

uint64_t crowd_now(void); /* CLOCK_MONOTONIC, nanoseconds */
void crowd_pause(uint64_t nanoseconds);

#endif

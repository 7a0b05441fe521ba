/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_CORE_CONTROL_H
#define DATAPATH_CORE_CONTROL_H

/*
 * The control thread: one qb_loop on the main lcore that does everything that is not forwarding. All
 * functions here run on that thread unless said otherwise.
 */

#include "datapath/core/datapath.h"

#include <qb/qbloop.h>
#include <stddef.h>
#include <stdint.h>

#define NANOSECONDS_PER_SECOND      1000000000ULL
#define NANOSECONDS_PER_MILLISECOND 1000000ULL

/* Creates the loop and what wakes it. Returns 0 or -errno. */
int control_create(void);
/* Runs the loop until control_quit or a SIGTERM or SIGINT. */
void control_run(void);
void control_quit(void);
void control_destroy(void);

/* The loop for everybody's timers and descriptors. */
qb_loop_t *control_loop(void);

/* Nanoseconds since the boot, suspended time included. Any thread. */
uint64_t control_now(void);

/* Takes what waits on the workers' rings now (bounded by what the rings hold) and handles it. */
void control_drain(void);

/*
 * Waits until every worker has finished the walk that it is in.
 */
void control_synchronize(void);

/*
 * Called between two steps of work that may take long (opening ports, waiting for workers): shows that this
 * thread lives, and hears what became of the peer.
 */
void control_breathe(void);

/* The policy in force, NULL before the first. */
const struct policy *control_policy(void);

/*
 * Sends a whole Ethernet frame out of an interface (id), padded to the minimum of 60 bytes. Returns 0,
 * -ENODEV where no port has the interface, -ENOMEM, or -EAGAIN with the worker's ring full.
 */
int control_transmit(uint16_t interface, const void *frame, size_t length);
/*
 * Passes a packet (packet_of(mbuf) filled in) to a worker. Takes the mbuf whatever happens. Returns 0 or
 * -EAGAIN.
 */
int control_to_worker(struct rte_mbuf *mbuf);
/* Frees a packet and counts why. */
void control_drop(struct rte_mbuf *mbuf, enum counter reason);
/* Counts on the control thread's own set. */
static inline void control_count(enum counter counter)
{
	datapath.control_counters.value[counter]++;
}

/* The port of an interface, NULL where DPDK drives none. */
struct port *control_port(uint16_t interface);
/*
 * The Ethernet address that an interface is known by on both nodes, whichever each has: what is made of it is the same after a failover
 * (C05-019, C22-054). False: it has no port yet.
 */
bool control_identity(uint16_t interface, struct mac_address *out);

#endif

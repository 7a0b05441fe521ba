/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_CORE_DATAPATH_H
#define DATAPATH_CORE_DATAPATH_H

/*
 * What the two sides of the datapath share.
 *
 * Workers run the packet graph to completion, each with a flow table of its own; they take no lock, allocate
 * nothing from the heap and make no system call. The control thread does everything else: IPC, ports, host
 * interfaces, ARP, heartbeats, mirroring, policy changes. They meet in rings and in the few atomics below;
 * whatever is written is written by one side.
 *
 *   worker  -> control   worker.to_control (packets), worker.deltas (mirrored records)
 *   control -> worker    worker.from_control (packets), worker_post() (a function to run between two graph
 * walks) worker  -> worker    worker.handover (packets whose flow another worker owns)
 */

#include "datapath/core/counters.h"
#include "lib/address.h"
#include "lib/policy.h"
#include "lib/record.h"

#include <rte_ether.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_rcu_qsbr.h>
#include <rte_ring.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define WORKERS_MAX 16
#define PORTS_MAX   POLICY_PORTS_MAX /* with a device */
#define LOGICAL_PORTS_MAX                                                                                    \
	(PORTS_MAX + POLICY_INTERFACES_MAX) /* with those of VLANs, which follow (datapath/vlan) */
#define NEIGHBOURS_MAX 65536                /* adjacencies of the whole node */
#define BURST          64
#define NO_PORT        0xffff

/* Why a packet is on a ring between a worker and the control thread. */
enum packet_kind {
	/* worker -> control: data starts at the Ethernet header unless said otherwise */
	PACKET_ARP = 1,
	PACKET_TO_HOST,      /* data starts at the IP header; packet.interface is where it came in */
	PACKET_UNRESOLVED,   /* data starts at the IP header; wants packet.next_hop on packet.interface */
	PACKET_DISCOVERY,    /* ICMPv6 of Neighbour Discovery; data starts at the IP header */
	PACKET_DHCP,         /* for the DHCP client; data starts at the IP header */
	PACKET_SPARE_LINK,   /* of Corosync, for datapath/spare */
	PACKET_UNKNOWN_VLAN, /* dropped; next_hop is the VLAN ID that packet.interface does not have */
	/* control -> worker */
	PACKET_FROM_HOST, /* data starts at the IP header; Linux sent it into the host interface
	                     packet.interface */
	PACKET_TRANSMIT,  /* a whole frame for packet.interface */
	PACKET_SIMULATED, /* a whole frame, as if it had come in by packet.interface */
};

/* In every mbuf's private area (rte_mbuf_to_priv). */
struct packet {
	uint16_t interface; /* id of the logical interface it came in by, later the one it leaves by */
	uint8_t kind;       /* enum packet_kind, on a ring to or from the control thread */
	uint8_t shared_mac; /* came in for the shared MAC (or a broadcast); leaves with it */
	uint32_t next_hop;  /* IPv4 (ip_version 4), network byte order */
	uint32_t flow_hash; /* symmetric; names the worker that owns the flow */
	uint32_t flow;      /* index in the worker's table, 0: none */
	uint8_t direction;  /* 0: the flow's original direction, 1: reply */
	uint8_t ip_version; /* of next_hop, on a ring to or from the control thread: 4 or 6 */
	uint16_t addresses; /* IPv6: where the flow's two addresses stand, from the IP header on */
	uint16_t transport; /* IPv6: where the transport header stands, from the IP header on; the fragment
	                       header where there is none */
	uint16_t mtu;       /* of the next hop, on the way to node fragment */
	union {
		uint64_t worker_private[4]; /* what the worker side found in the headers */
		uint8_t next_hop_ipv6[16];  /* PACKET_UNRESOLVED of ip_version 6 */
	};
};

static inline struct packet *packet_of(struct rte_mbuf *mbuf)
{
	return (struct packet *)rte_mbuf_to_priv(mbuf);
}

/*
 * A port: a logical interface, Ethernet that DPDK drives or a VLAN. Written by the control thread, before workers see it
 * in a compiled policy; workers read.
 */
struct port {
	uint16_t interface; /* id */
	uint16_t device;    /* DPDK port id */
	uint16_t mtu;
	uint8_t ha_type; /* enum policy_ha_type */
	uint8_t used;
	struct rte_ether_addr mac; /* of the interface: private addresses */
	struct rte_ether_addr
	    shared_mac; /* of the shared addresses; equals mac where standalone or InterfaceMAC */
	char name[32];
	uint8_t type_lost; /* its driver says of no VLAN tag which type it has */
	/* Of a VLAN interface, which has no device (NO_PORT): */
	uint8_t tag_bytes;
	uint16_t carrier;                     /* index of the port that its frames leave by */
	uint8_t tags[POLICY_VLAN_LEVELS * 4]; /* as in its frames */
};

/* A next hop's link state, in one word so that a worker reads it in one load: MAC in the low 48 bits, state
 * above. */
#define ADJACENCY_RESOLVED (1ULL << 48)
struct adjacency {
	_Atomic uint64_t link;
};

struct capture_table;   /* datapath/capture: which packets are copied for whom */
struct compiled_policy; /* datapath/policy: rules, routes, settings as workers use them */
struct flow_table;      /* datapath/flow */
struct watch_table;     /* datapath/watch: which packets are followed */
struct rte_graph;

struct worker;
typedef void (*worker_function)(struct worker *worker, void *argument);

struct worker {
	unsigned index;
	unsigned lcore;
	struct rte_graph *graph;
	struct flow_table *flows;
	struct rte_ring *to_control;   /* mbufs, single producer, single consumer */
	struct rte_ring *from_control; /* mbufs, sp/sc */
	struct rte_ring *commands;     /* struct worker_command *, sp/sc; use worker_post */
	struct rte_ring *deltas;       /* struct record_batch *, sp/sc */
	struct rte_ring *handover;     /* mbufs from other workers, mp/sc */
	struct rte_ring *fragments;    /* fragments that other workers met, mp/sc */
	struct rte_ring *events;       /* struct event of datapath/event, sp/sc */
	void *private;                 /* the worker side's own */

	/* From here on the worker writes, each turn and each packet: on lines that no other worker reads. */
	struct counters counters __rte_cache_aligned;
	/* Cycles of the TSC since the start: with work to do, and of those in opening flows. As counters. */
	uint64_t busy_cycles, setup_cycles;
	struct record_batch *batch; /* being filled, NULL: none */
	_Atomic bool
	    mirror_overflow;        /* a record could not be kept: the control thread starts a new snapshot */
	_Atomic uint64_t alive_tsc; /* when its last walk began */
} __rte_cache_aligned;

struct datapath {
	unsigned worker_count;
	struct worker *workers[WORKERS_MAX];
	struct rte_mempool *packets; /* mbufs */
	struct rte_mempool *batches; /* struct record_batch */
	struct rte_rcu_qsbr *rcu;    /* workers report quiescence each walk, thread id = worker index */

	/* Written by the control thread, read by workers. */
	_Atomic(struct compiled_policy *) policy; /* NULL until the first */
	_Atomic(struct capture_table *) captures; /* NULL: nobody captures */
	_Atomic(struct watch_table *) watches;    /* NULL: nobody watches */
	_Atomic bool active;                      /* forwards for the shared addresses; standalone: always */
	_Atomic bool mirroring;                   /* records are wanted */
	/*
	 * Counted up by the control thread when an adjacency index is to name another next hop than before
	 * (unresolve it, count up, rte_rcu_qsbr_synchronize, then use it anew): flows look theirs up again.
	 */
	_Atomic uint32_t adjacency_epoch;
	_Atomic uint32_t port_count;   /* of those with a device */
	_Atomic uint32_t vlan_changes; /* counted up where ports of VLANs have changed */
	struct port ports[LOGICAL_PORTS_MAX];
	_Atomic uint16_t port_of_interface[65536];    /* index in ports or NO_PORT */
	struct adjacency adjacencies[NEIGHBOURS_MAX]; /* 0 is never resolved */

	int control_wake; /* eventfd: a worker wrote to a ring of an idle control thread */
	/* The control thread writes for each packet that it gets: on lines that no worker reads. */
	struct counters control_counters __rte_cache_aligned;
};

extern struct datapath datapath;

/* --- worker side (datapath/worker), called by the control side
 * ---------------------------------------------------- */

/*
 * Creates the worker of an lcore: graph, flow table of max_flows entries, rings. Control thread, before
 * launch. Returns 0 or -errno.
 */
int worker_create(unsigned index, unsigned lcore, uint32_t max_flows, struct worker **out);
/* The lcore's main function (rte_eal_remote_launch); returns after worker_stop. */
int worker_main(void *argument);
/* Asks a worker's main function to return. Control thread. */
void worker_stop(struct worker *worker);
/*
 * Runs function(worker, argument) on the worker between two walks, in the order of the posts. Control thread.
 * Returns 0, or -EAGAIN with the ring full.
 */
int worker_post(struct worker *worker, worker_function function, void *argument);
/*
 * Runs on the control thread what workers have finished for it (ends of snapshots, queries). To be called
 * whenever control_wake rang, after the rings to the control thread were emptied.
 */
void worker_completions(void);
/* How long to sleep after empty polls: 0 polls flat out. Any thread. */
void worker_set_polling(bool flat_out);

/*
 * A policy in the form that workers use. Returns 0, or -errno with the reason for people. Control thread. To
 * swap: store it in datapath.policy, wait with rte_rcu_qsbr_synchronize, destroy the old one; existing flows
 * are validated against the new policy at their next packet (and by worker_revalidate for idle ones).
 */
int compiled_policy_create(const void *blob, size_t length, struct compiled_policy **out, char reason[128]);
void compiled_policy_destroy(struct compiled_policy *policy);
const struct policy *compiled_policy_view(const struct compiled_policy *policy);
/* Next hop and local address for a destination (network byte order), as a worker would choose. False: no
 * route. Any thread under RCU. */
bool compiled_policy_route(const struct compiled_policy *policy, uint32_t destination,
                           struct policy_route *out);

/* Flows held by all workers. Any thread. */
uint64_t flow_count(void);

/* --- control side, called by workers
 * ------------------------------------------------------------------------------ */

/* Index in datapath.adjacencies for a next hop (IPv4, network order), 0 where it is not known. Lock-free, any
 * worker. */
uint32_t neighbour_find(uint16_t interface, uint32_t next_hop);
/* The same of IPv6: 16 bytes. */
uint32_t neighbour_find_ipv6(uint16_t interface, const uint8_t next_hop[16]);
/* Tells the control thread that a ring has something for it. Cheap: a system call only where it sleeps. */
void control_wake(void);
/* Puts (class, operation, payload) into the worker's batch while datapath.mirroring; never blocks. */
void mirror_emit(struct worker *worker, uint16_t class_id, uint8_t version, uint8_t operation,
                 const void *payload, uint32_t length);
/* Hands the worker's batch to the control thread; the worker calls it at the end of each walk. */
void mirror_flush(struct worker *worker);

/* --- mirrored classes: see docs/high-availability.md for how one is added
 * ---------------------------------- */

struct digest_sums;
struct mirror_table;

/*
 * A class of objects that both nodes hold. One whose objects the control thread has in a table gives that (datapath/mirror/table.h),
 * and apply, apply_end, snapshot and digest are NULL.
 */
struct mirror_class {
	uint16_t id;     /* enum record_class */
	uint8_t version; /* newest that is understood; older ones are read too */
	/* What of an object its digest is made of: another number wherever that changes. 0: there is no digest. */
	uint8_t digest_form;
	const struct mirror_table *table;
	/* Control thread. Takes one record of the active node. Returns 0, or -errno: it is counted as
	 * skipped. */
	int (*apply)(const struct record_header *header, const void *payload);
	/* Control thread. A batch has ended: pass on what apply gathered. May be NULL. */
	void (*apply_end)(void);
	/*
	 * Control thread. Starts sending everything held: mirror_snapshot_begin, upserts,
	 * mirror_snapshot_end, while deltas go on. Returns at once.
	 */
	void (*snapshot)(uint64_t snapshot_id);
	/* Control thread. Starts to look through everything held, which ends with mirror_digest_made. False: not now. */
	bool (*digest)(void);
	/* Control thread. Objects that are to be, or were, mirrored. */
	uint64_t (*count)(void);
	/* Control thread. This node has just become active or inactive. May be NULL. */
	void (*activity)(bool active);
};

#define MIRROR_CLASS_DECLARE(id, number, title, class) extern const struct mirror_class class;
RECORD_CLASSES(MIRROR_CLASS_DECLARE)
#undef MIRROR_CLASS_DECLARE

/* Control thread: a record from the control side itself, and the frame of a snapshot. */
void mirror_emit_control(uint16_t class_id, uint8_t version, uint8_t operation, const void *payload,
                         uint32_t length);
/* Control thread: what a class's digest has found; NULL: it could not be made. */
void mirror_digest_made(uint16_t class_id, const struct digest_sums *sums);
/* Control thread: runs function(argument) on it as soon as every delta that workers made before is on its
 * way. */
void mirror_after_deltas(void (*function)(void *argument), void *argument);

#endif

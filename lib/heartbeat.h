/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_HEARTBEAT_H
#define LIB_HEARTBEAT_H

/*
 * Heartbeats between the two nodes of a cluster (C22-013, C22-022): plain Ethernet frames of type 0xC14B on
 * Sync and Critical interfaces, addresses derived from the ClusterID and the roles, authenticated with a key
 * derived from the cluster key so that a node with another key never becomes a peer. Pure functions; any
 * thread.
 */

#include "address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEARTBEAT_ETHERTYPE    0xC14B
#define HEARTBEAT_FRAME_LENGTH 96
#define CLUSTER_KEY_LENGTH     32
#define CLUSTER_ID_MIN         1
#define CLUSTER_ID_MAX         63

enum cluster_role { ROLE_MASTER = 0, ROLE_SLAVE = 1 };

/* The node of the other role. */
static inline enum cluster_role cluster_role_peer(enum cluster_role role)
{
	return role == ROLE_MASTER ? ROLE_SLAVE : ROLE_MASTER;
}

/* What a node says of itself, and what it has heard. Host byte order. */
struct heartbeat {
	uint8_t cluster_id;
	uint8_t role;          /* enum cluster_role of the sender */
	uint8_t active;        /* forwards for the shared addresses */
	uint8_t ready;         /* could take over: datapath, clusterd and configuration are well */
	uint8_t yielding;      /* hands over: the peer shall become active */
	uint8_t hears_peer;    /* heard the peer on any interface lately */
	uint16_t interface_id; /* of the sending interface, as the policy numbers it */
	uint32_t term;         /* grows with every change of the active node */
	uint8_t deaf;          /* does not hear the peer on the sending interface, but elsewhere (C22-025) */
	uint8_t link_lost;     /* one of the sender's Critical interfaces has no link */
	uint8_t aside; /* the sender stands aside: its peer names another living node of its role (C22-004) */
	uint8_t reserved;       /* 0: no padding, so that values can be compared whole */
	uint64_t instance;      /* random, new at each start of the sender's clusterd */
	uint64_t peer_instance; /* the instance last heard from the peer, 0 for none */
	uint64_t sequence;      /* grows with every heartbeat; the same on all interfaces */
	uint64_t
	    acknowledged; /* the newest sequence heard of peer_instance, 0: none, or not to be relied upon */
	uint32_t patience_us;  /* of silence, after which the sender counts its peer as dead; 0: PeerDead */
	uint32_t peer_dead_us; /* the sender's PeerDead; 0: an older release, which does not tell */
	/*
	 * Changes whenever the sender counts its peer as dead, before any heartbeat that acknowledges what it hears after that; 0: an older
	 * release, which does not tell.
	 */
	uint32_t verdict;
	uint32_t reserved2; /* 0 */
	/* The sender's own address on an interface whose HAEthernetAddressMode is InterfaceMAC (C22-051); zero: none. */
	struct mac_address port_mac;
	uint16_t port_interface; /* which one */
};

enum heartbeat_verdict {
	HEARTBEAT_VALID,
	HEARTBEAT_MALFORMED,     /* length, magic or version */
	HEARTBEAT_OTHER_CLUSTER, /* another ClusterID: not ours to judge */
	HEARTBEAT_FORGED,        /* authentication failed: another key */
	HEARTBEAT_OWN_ROLE,      /* authentic, but sent by a node of our own role */
};

/* What the cluster key is used for: each use has a key of its own, derived from it (HMAC-SHA256 with a label). */
#define CLUSTER_KEY_HEARTBEAT "hadrian heartbeat"
#define CLUSTER_KEY_FLOWS     "hadrian flow shares"
void cluster_derive_key(const uint8_t cluster_key[CLUSTER_KEY_LENGTH], const char *label, uint8_t key[32]);

/* Unicast address of a node's heartbeats: 10:00:00:<ClusterID>:ff:<role>. */
struct mac_address heartbeat_mac(uint8_t cluster_id, enum cluster_role role);

/*
 * The shared address of an interface pair, 10:00:00:<ClusterID>:<interface id, high, low> (C22-034). Ids are
 * below 0xff00, so it never equals a heartbeat address.
 */
struct mac_address cluster_shared_mac(uint8_t cluster_id, uint16_t interface_id);

/* Writes the whole Ethernet frame, addresses and authentication included. */
void heartbeat_encode(const struct heartbeat *heartbeat, const uint8_t key[32],
                      uint8_t out[HEARTBEAT_FRAME_LENGTH]);

/*
 * The same between other addresses than those made of ClusterID and roles: where synthetic ones are not allowed (C22-050), and
 * by broadcast on the Sync interface (C22-051).
 */
void heartbeat_encode_between(const struct heartbeat *heartbeat, const struct mac_address *source,
                              const struct mac_address *destination, const uint8_t key[32],
                              uint8_t out[HEARTBEAT_FRAME_LENGTH]);

/*
 * Reads a frame that came in (length as received; padding behind it is allowed). own_role and cluster_id are
 * this node's. Fills *out where the verdict is HEARTBEAT_VALID.
 */
enum heartbeat_verdict heartbeat_decode(const uint8_t *bytes, size_t length, uint8_t cluster_id,
                                        enum cluster_role own_role, const uint8_t key[32],
                                        struct heartbeat *out);

#endif

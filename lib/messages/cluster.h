/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_CLUSTER_H
#define LIB_MESSAGES_CLUSTER_H

/* The cluster's configuration, state and commands: mgmtd <-> hadrian-clusterd. */

#include "lib/address.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* One Corosync link: the addresses of both nodes on one interface. */
struct message_cluster_link {
	struct ip_address address[2]; /* indexed by enum cluster_role */
	char interface[16];
	uint32_t
	    spare; /* over a Critical interface, for where all Sync interfaces are cut (lib/spare_link.h) */
};
#define CLUSTER_LINKS_MAX 8 /* as many as Corosync can have */

struct message_cluster_configuration {
	uint8_t enabled; /* 0: standalone, then the rest is zero and this node is active at once */
	uint8_t role;    /* enum cluster_role */
	uint8_t cluster_id;
	uint8_t auto_sync;
	uint32_t peer_dead_ms;
	uint32_t link_count;
	uint32_t reserved;
	struct message_cluster_link links[CLUSTER_LINKS_MAX]; /* the Sync interfaces first */
};

#define CLUSTER_INTERFACES_MAX 512

struct cluster_interface {
	char type[20]; /* "EthernetInterface" or "VLAN" */
	char name[16];
	char ha_type[12];
	uint32_t id;
};

/* What a node is made of and how large it is (C22-016, C22-069); what is not known, or not told by an earlier release, is 0. */
struct cluster_platform {
	char build[48];     /* the commit that its release was built from */
	uint32_t max_flows; /* as many as its datapath holds */
	uint32_t workers;   /* of its datapath */
};

/* What both nodes must have alike. Sent as message_cluster_identity_pack makes it. */
struct message_cluster_identity {
	char version[48]; /* of the release that runs */
	uint32_t interface_count;
	uint32_t interface_length; /* of one struct cluster_interface */
	struct cluster_interface interfaces[CLUSTER_INTERFACES_MAX];
	struct cluster_platform platform;
};

/*
 * Packs the platform right behind the interfaces that there are, where earlier releases look at nothing and later ones may append
 * more. Returns the length. Pure.
 */
static inline size_t message_cluster_identity_pack(const struct message_cluster_identity *identity,
                                                   uint8_t out[sizeof(struct message_cluster_identity)])
{
	size_t length = offsetof(struct message_cluster_identity, interfaces) +
	                identity->interface_count * sizeof(identity->interfaces[0]);

	memcpy(out, identity, length);
	memcpy(out + length, &identity->platform, sizeof(identity->platform));
	return length + sizeof(identity->platform);
}

#define CLUSTER_DIFFERENCES_MAX 1024

#define CLUSTER_CLASSES_MAX 16

struct cluster_class_status {
	char name[24];
	uint64_t have;   /* at this node where inactive, at the peer where active */
	uint64_t should; /* what the active node holds */
	uint32_t skipped;
	uint32_t repairs; /* how often the inactive node's had drifted apart */
};

struct cluster_link_status {
	char interface[16];
	uint8_t spare; /* as in struct message_cluster_link */
	uint8_t up;    /* the peer answers over it */
	uint8_t reserved[6];
};

struct message_cluster_status {
	uint8_t configured; /* 0: "This device is a standalone system (HA not configured)" */
	uint8_t role;
	uint8_t active;
	uint8_t peer_alive;
	uint8_t resyncing;
	uint8_t sync_percent;
	uint8_t corosync_joined; /* the peer is a member of our CPG group */
	uint8_t peer_ready;      /* to take over */
	uint32_t term;
	uint32_t state_seconds; /* since the last change of active/inactive */
	uint32_t class_count;
	uint32_t patience_us;     /* of the peer's silence, after which it counts as dead; 0: no datapath */
	uint64_t batches_skipped; /* messages of the peer that were not understood */
	struct cluster_class_status classes[CLUSTER_CLASSES_MAX];
	uint32_t link_count;
	uint32_t
	    mirror_delay_us; /* age of records when the peer has them; 0: not active, or nothing was mirrored lately */
	uint8_t aside;                             /* this node is one too many, and stands aside (C22-004) */
	uint8_t copied;                            /* there is a copy of the peer, which is ignored: */
	struct mac_address copy_source;            /* of its heartbeats */
	char copy_interface[16];                   /* where they come in, "" where that has no name */
	char differences[CLUSTER_DIFFERENCES_MAX]; /* of the peer from this node, a line each; "": none */
	struct cluster_link_status
	    links[CLUSTER_LINKS_MAX]; /* the one that is used is the first that is up */
};

enum cluster_command { CLUSTER_DEACTIVATE = 1, CLUSTER_ACTIVATE = 2, CLUSTER_REQUEST_CONFIGURATION = 3 };

struct message_cluster_command {
	uint32_t command;
};

#endif

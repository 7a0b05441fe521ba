/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_QUERY_H
#define LIB_MESSAGES_QUERY_H

/* What mgmtd asks the datapath for, and the rows of the answers; those of neighbours are in neighbour.h. */

#include "lib/address.h"
#include "lib/flow_filter.h"

#include <stdint.h>

enum query_kind {
	QUERY_FLOWS = 1,  /* struct flow_row: a page of them */
	QUERY_NEIGHBOURS, /* struct neighbour_row */
	QUERY_INTERFACES, /* struct interface_row */
	QUERY_COUNTERS,   /* struct counter_row */
	QUERY_ROUTES,     /* struct route_row */
	QUERY_WORKERS,    /* struct worker_row */
	QUERY_FLOW_COUNT, /* one struct flow_count_row */
	QUERY_FLOW_CLOSE, /* closes flows; one struct flow_count_row */
	QUERY_RULES,      /* struct rule_row of each rule in force, and one of what none decided */
	QUERY_BLACKLIST,  /* struct blacklist_entry (blacklist.h) */
};

struct message_query {
	uint32_t kind;
	uint32_t limit;  /* rows at most, 0: all */
	uint64_t cookie; /* comes back in every answer */
};

/*
 * For QUERY_FLOW...: flows come a page at a time, so that neither a worker nor the control thread nor mgmtd is busy with
 * a large table for long. A page may have fewer rows than there is room for, also none.
 */
struct message_flow_query {
	struct message_query query; /* limit: rows of this page, at most FLOW_PAGE_MAX; 0: FLOW_PAGE_MAX */
	uint64_t cursor; /* where the page begins: 0, or message_query_reply.next of the page before */
	struct flow_filter filter;
};
#define FLOW_PAGE_MAX 256

struct message_query_reply {
	uint32_t kind;
	uint32_t rows;
	uint64_t cookie;
	uint64_t next; /* of MESSAGE_QUERY_END of a page of flows: the next page's cursor, 0: there is none */
};

struct flow_row {
	uint8_t protocol;
	uint8_t mirrored;   /* of the peer, which is active */
	uint8_t translated; /* the answers' ends are not those of the first direction turned round */
	uint8_t reserved;
	uint16_t source_interface; /* id, or POLICY_INTERFACE_CORE */
	uint16_t destination_interface;
	struct ip_address source;
	struct ip_address destination;
	struct ip_address reply_source; /* of the answers as they come in */
	struct ip_address reply_destination;
	uint16_t source_port; /* host byte order; ICMP: identifier */
	uint16_t destination_port;
	uint16_t reply_source_port;
	uint16_t reply_destination_port;
	uint32_t timeout_s; /* until it is closed where nothing more comes */
	uint32_t
	    path_mtu; /* of a flow of the firewall's own: what it sends to the other end at most; 0: not known */
	uint64_t packets[2]; /* original direction, reply direction */
	uint64_t bytes[2];
};

struct flow_count_row {
	uint64_t flows;    /* that match */
	uint64_t mirrored; /* of them the peer's: they are not closed here */
	uint64_t closed;
};

/* What early interface failure detection says of an interface (C22-025 to C22-029). */
enum interface_monitor {
	INTERFACE_MONITOR_OFF,    /* not Critical, no cluster, no link, or no peer that could be heard */
	INTERFACE_MONITOR_WELL,   /* both nodes hear each other on it */
	INTERFACE_MONITOR_ASKING, /* they do not, and the targets are being asked */
	INTERFACE_MONITOR_OWN,    /* no target answers: this node's interface is faulty */
	INTERFACE_MONITOR_PEER,   /* a target answers: the peer's is */
	INTERFACE_MONITOR_NOBODY, /* there is no target to ask */
};

struct interface_row {
	uint16_t interface;
	uint8_t link_up;
	uint8_t promiscuous;
	uint32_t mtu;
	struct mac_address mac;
	struct mac_address shared_mac;
	char driver[20];
	uint32_t speed_mbps; /* 0: not known */
	uint8_t full_duplex;
	uint8_t checksum_offload;
	uint8_t monitor;             /* enum interface_monitor */
	uint8_t mac_mode;            /* enum policy_mac_mode, of a VLAN its device's */
	struct mac_address peer_mac; /* with POLICY_MAC_INTERFACE in a cluster; zero: not known */
	uint8_t reserved[2];
	uint64_t received_packets, received_bytes, sent_packets, sent_bytes, dropped_packets;
};

struct counter_row {
	char name[56]; /* e.g. "drop/ipv4_checksum", "flow/created" */
	uint64_t value;
};

struct route_row {
	struct ip_range network;
	struct ip_address gateway;
	struct ip_address local_ip;
	uint16_t interface;       /* or POLICY_INTERFACE_CORE */
	uint16_t local_ip_chosen; /* 1: by the datapath, as the route has none of its own (C06-007) */
	uint32_t metric;
};

/* Since the policy came into force. */
struct rule_row {
	uint64_t flows; /* opened or found open by it; what it denies: packets that would have opened one */
	uint64_t packets, bytes; /* of those flows that have ended; of denied packets */
};

/* Of the last second, per cent of one CPU. */
struct worker_row {
	uint32_t index;
	uint16_t fast_percent; /* forwarding */
	uint16_t slow_percent; /* flow setup */
};

#endif

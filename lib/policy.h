/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_POLICY_H
#define LIB_POLICY_H

/*
 * The policy: everything that the datapath needs of a configuration, resolved to numbers, as one immutable
 * blob of arrays. mgmtd builds it (struct policy_builder), passes it in a sealed memfd, and the datapath
 * opens it (policy_open), which checks every offset, count, index and enumeration, so that the rest of the
 * datapath may trust it. Host byte order, addresses in network order.
 */

#include "address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POLICY_MAGIC   0x48504f4cu /* "HPOL" */
#define POLICY_VERSION 5

#define POLICY_NAME                   64
#define POLICY_INTERFACES_MAX         512 /* of all types */
#define POLICY_PORTS_MAX              64  /* of them with a device of their own */
#define POLICY_VLAN_LEVELS            16  /* tags of a frame (C03-017) */
#define POLICY_REASSEMBLIES_MAX       4096
#define POLICY_LOCAL_REASSEMBLIES_MAX 1024
/* Interface ids are 1..0xfeff; these are special. */
#define POLICY_INTERFACE_ANY  0xffff
#define POLICY_INTERFACE_CORE 0xfffe
#define POLICY_INTERFACE_NONE 0

enum policy_driver { POLICY_DRIVER_AF_PACKET = 0, POLICY_DRIVER_AF_XDP = 1, POLICY_DRIVER_PCI = 2 };
enum policy_ha_type { POLICY_HA_CRITICAL = 0, POLICY_HA_NON_CRITICAL = 1, POLICY_HA_SYNC = 2 };
enum policy_mac_mode { POLICY_MAC_PRIVATE_SHARED = 0, POLICY_MAC_INTERFACE = 1 };

struct policy_interface {
	char name[32];    /* logical, e.g. "if1" */
	char device[64];  /* of this node: a network device's name, or a PCI address */
	uint16_t id;      /* 1.., the same on both nodes */
	uint8_t driver;   /* enum policy_driver; a Sync interface stays with the kernel whatever this says */
	uint8_t ha_type;  /* enum policy_ha_type */
	uint8_t mac_mode; /* enum policy_mac_mode */
	uint8_t disabled;
	struct mac_address mac;      /* overrides the device's own where not zero */
	struct mac_address peer_mac; /* the same of the other node's */
	uint32_t mtu;                /* largest IP packet, bytes */
	/*
	 * A VLAN interface has no device, and none of the four above: its frames are those of its carrier, an interface
	 * that stands before it in the policy, with a tag more.
	 */
	uint16_t carrier;   /* id; 0: an Ethernet interface */
	uint16_t vlan_id;   /* 1..4094, of one carrier no two are equal */
	uint16_t vlan_type; /* the tag's TPID, host byte order: 0x8100, 0x88a8, 0x9100, 0x9200 or 0x9300 */
	uint16_t tag_room;  /* Ethernet: bytes by which tagged frames are longer than those of its MTU */
	uint16_t
	    equivalence; /* interfaces of one number (not 0) take packets of each other's flows (C03-022) */
	uint8_t monitor_neighbours; /* no MonitorTargets are configured: the hosts that are known are asked */
	uint8_t reserved;
	char zone[POLICY_NAME]; /* for logs; "": none */
};

enum policy_arp_mode { POLICY_ARP_STATIC = 0, POLICY_ARP_PUBLISH = 1 };

/* C04-010, C04-011; of IPv6 C05-016. */
struct policy_arp_entry {
	uint16_t interface;
	uint8_t mode;      /* enum policy_arp_mode */
	uint8_t host_bits; /* POLICY_ARP_PUBLISH: so many last bits of the address may be any */
	struct ip_address address;
	struct mac_address mac; /* of a published address zero: the interface's */
};

#define POLICY_MONITOR_TARGETS_MAX 10 /* of an interface and an IP version (C22-027) */

/* A host that tells whether an interface works (C22-026). */
struct policy_monitor_target {
	uint16_t interface;
	uint16_t reserved;
	struct ip_address address;
};

enum policy_address_kind { POLICY_ADDRESS_SHARED = 0, POLICY_ADDRESS_PRIVATE = 1 };

/*
 * An address that this node answers for on an interface. Shared: only while active, with the shared MAC.
 * Private: always, with the interface's own. A standalone node has private addresses only (its interface
 * addresses).
 */
struct policy_address {
	uint16_t interface;
	uint8_t kind;          /* enum policy_address_kind */
	uint8_t prefix_length; /* of the network it lies in, for the host interface */
	struct ip_address address;
};

struct policy_route {
	struct ip_range network;    /* always exactly one prefix in this version */
	struct ip_address gateway;  /* version 0: direct */
	struct ip_address local_ip; /* version 0: none */
	uint16_t interface;         /* or POLICY_INTERFACE_CORE */
	uint16_t mtu;               /* of the next hop, bytes; 0: the interface's */
	uint32_t metric;
};

enum policy_advertise_flag {
	POLICY_ADVERTISE_MANAGED = 1,
	POLICY_ADVERTISE_OTHER = 2,
	POLICY_ADVERTISE_ON_LINK = 4,
	POLICY_ADVERTISE_AUTONOMOUS = 8,
};
#define POLICY_ADVERTISED_MAX 16 /* prefixes of one interface */

/* A prefix that routers advertise on an interface (RFC 4861 6.2.1); what is the router's is alike in all of an interface. */
struct policy_advertisement {
	uint16_t interface;
	uint8_t prefix_length;
	uint8_t flags; /* enum policy_advertise_flag */
	uint8_t hop_limit;
	uint8_t reserved[3];
	struct ip_address prefix;
	uint32_t minimum_s, maximum_s; /* between two advertisements */
	uint32_t lifetime_s;           /* as a default router */
	uint32_t reachable_ms, retransmit_ms;
	uint32_t mtu; /* 0: not told */
	uint32_t valid_s, preferred_s;
	uint32_t reserved2;
};

enum policy_action { POLICY_ALLOW = 0, POLICY_DENY = 1 };

/* A slice of one of the arrays below. */
struct policy_slice {
	uint32_t first;
	uint32_t count;
};

enum policy_source_translation {
	POLICY_SOURCE_KEEP = 0,
	POLICY_SOURCE_NAT_INTERFACE = 1, /* to the address of the interface that the flow leaves by */
	POLICY_SOURCE_NAT_ADDRESS = 2,   /* to nat_address of the flow's IP version */
};

/* Evaluated in order, the first match decides; an implicit silent, logged Deny follows the last (C07-014). */
struct policy_rule {
	char name[POLICY_NAME];
	struct policy_slice source_interfaces; /* of policy.interface_ids; may hold POLICY_INTERFACE_ANY */
	struct policy_slice destination_interfaces; /* may hold ANY and CORE */
	struct policy_slice source_networks;        /* of policy.ranges */
	struct policy_slice destination_networks;
	struct policy_slice services; /* of policy.services */
	uint32_t index;      /* as the configuration numbers it; 0 for rules that management access implies */
	uint8_t action;      /* enum policy_action */
	uint8_t send_reject; /* OnDeny=SendReject */
	uint8_t log;
	uint8_t stateless;
	uint8_t source_translation; /* enum policy_source_translation; only of an allowing rule */
	uint8_t syn_relay;          /* one of its services has it */
	uint8_t reserved[6];
	struct ip_address nat_address[2]; /* IPv4, IPv6; version 0: none */
};

/* Limits of flows (C24-001 to C24-018). A rule has sets, a set has definitions; their number in a policy: */
#define POLICY_THRESHOLD_RULES_MAX       64
#define POLICY_THRESHOLD_DEFINITIONS_MAX 256
#define POLICY_THRESHOLD_LIMIT_MAX       2000000000u
#define POLICY_SEVERITIES                7 /* Debug is in no log */
#define POLICY_WHITELIST_RULES_MAX       256

enum policy_threshold_type { POLICY_THRESHOLD_FLOW_RATE = 0, POLICY_THRESHOLD_CONCURRENT = 1 };
/* Which flows are counted together: of all, by an end, by an end's network, by an interface. */
enum policy_threshold_grouping {
	POLICY_GROUP_NONE = 0,
	POLICY_GROUP_SOURCE_IP = 1,
	POLICY_GROUP_SOURCE_NETWORK = 2,
	POLICY_GROUP_SOURCE_INTERFACE = 3,
	POLICY_GROUP_DESTINATION_IP = 4,
	POLICY_GROUP_DESTINATION_NETWORK = 5,
	POLICY_GROUP_DESTINATION_INTERFACE = 6,
};
enum policy_threshold_action {
	POLICY_THRESHOLD_NONE = 0,
	POLICY_THRESHOLD_DROP = 1,
	POLICY_THRESHOLD_RANDOM_DROP = 2,
	POLICY_THRESHOLD_BLACKLIST = 3, /* and drop */
};
enum policy_threshold_log {
	POLICY_THRESHOLD_LOG_OBEY_RULE = 0, /* as the flow's rule says */
	POLICY_THRESHOLD_LOG_NEVER = 1,
	POLICY_THRESHOLD_LOG_ALWAYS = 2
};

/* Is triggered by a flow that makes its group have more than limit. */
struct policy_threshold_definition {
	char name[POLICY_NAME];
	uint8_t type;       /* enum policy_threshold_type */
	uint8_t grouping;   /* enum policy_threshold_grouping */
	uint8_t prefix_ip4; /* of a network that is a group, bits */
	uint8_t prefix_ip6;
	uint8_t shared;   /* 1: all groups together may have the limit */
	uint8_t log;      /* 1: when it begins and ends to be triggered */
	uint8_t severity; /* of that, as of a set */
	uint8_t reserved;
	uint32_t limit;       /* 1..POLICY_THRESHOLD_LIMIT_MAX */
	uint32_t interval_ms; /* POLICY_THRESHOLD_FLOW_RATE: in which flows are added up, 1000.. */
	uint32_t duration_ms; /* for which the limit must be exceeded; 0: at once */
	uint32_t reserved2;
};

/* Does something where all of its definitions are triggered. */
struct policy_threshold_set {
	char name[POLICY_NAME];
	struct policy_slice definitions; /* of policy.threshold_definitions */
	uint8_t action;                  /* enum policy_threshold_action */
	uint8_t probability;             /* per cent, of POLICY_THRESHOLD_RANDOM_DROP */
	uint8_t log;                     /* enum policy_threshold_log */
	uint8_t severity;                /* of that: 0: Warning, else one more than syslog's number */
	uint32_t timeout_s;              /* of POLICY_THRESHOLD_BLACKLIST; 0: it has no end */
};

struct policy_threshold_rule {
	struct policy_rule filter; /* which flows: name, index, interfaces, networks and services */
	struct policy_slice sets;  /* of policy.threshold_sets */
};

struct policy_port_range {
	uint16_t first, last; /* host byte order */
};

/* One protocol (or a range of them) with its ports or ICMP types. */
struct policy_service {
	uint8_t protocol_first, protocol_last;
	uint8_t icmp_type_first, icmp_type_last;
	uint8_t icmp_code_first, icmp_code_last;
	uint8_t pass_icmp_return; /* ICMP errors about its flows pass where the settings obey the service */
	uint8_t syn_relay;        /* TCP: the firewall completes the handshake with the client first */
	struct policy_port_range source_ports, destination_ports; /* 0..65535 where the protocol has none */
};

/* What becomes of an ICMP error about a flow that is forwarded. */
enum policy_icmp_return {
	POLICY_ICMP_ALWAYS_ALLOW,
	POLICY_ICMP_ALWAYS_ALLOW_LOG,
	POLICY_ICMP_OBEY_SERVICE, /* policy_service.pass_icmp_return says it */
	POLICY_ICMP_OBEY_SERVICE_LOG,
	POLICY_ICMP_DROP,
	POLICY_ICMP_DROP_LOG,
};

/* Path MTU discovery (C28-023 to C28-035). MTUs and lengths are of IP packets, in bytes. */
struct policy_path_mtu {
	uint16_t ip4_minimum, ip6_minimum; /* that an error to the node itself is followed to */
	uint16_t ip4_lifetime,
	    ip6_lifetime;        /* of a path MTU that the node has learned, minutes; 0: for ever */
	uint16_t strip_df_below; /* shorter IPv4 packets leave without DF; 0: none */
	uint8_t ip4_fragment;    /* also with DF */
	uint8_t ip6_fragment;
	uint8_t ip4_fragmentation_needed; /* enum policy_icmp_return */
	uint8_t ip6_packet_too_big;       /* likewise */
	uint16_t reserved;
};

/* Bytes that an IP packet of a protocol may have behind its IP header (C28-005 to C28-009); 0: as many as fit. */
struct policy_length_limits {
	uint16_t tcp, udp, icmp, gre, esp, ah, skip, ospf, ipip, ipcomp, l2tp, other;
	uint8_t log;
	uint8_t reserved[7];
};

enum policy_illegal_fragments {
	POLICY_ILLEGAL_DROP = 0,
	POLICY_ILLEGAL_DROP_LOG = 1,
	POLICY_ILLEGAL_DROP_PACKET = 2,
	POLICY_ILLEGAL_DROP_LOG_PACKET = 3,
	POLICY_ILLEGAL_DROP_LOG_ALL = 4,
};
enum policy_reassembly_log {
	POLICY_REASSEMBLY_NO_LOG = 0,
	POLICY_REASSEMBLY_LOG_SUSPECT = 1,
	POLICY_REASSEMBLY_LOG_SUSPECT_SUBSEQUENT = 2,
	POLICY_REASSEMBLY_LOG_ALL = 3,
	POLICY_REASSEMBLY_LOG_ALL_SUBSEQUENT = 4,
};
enum policy_fragment_log {
	POLICY_FRAGMENT_NO_LOG = 0,
	POLICY_FRAGMENT_LOG_SUSPECT = 1,
	POLICY_FRAGMENT_LOG_ALL = 2
};
enum policy_unusual {
	POLICY_UNUSUAL_IGNORE = 0,
	POLICY_UNUSUAL_LOG = 1,
	POLICY_UNUSUAL_DROP = 2,
	POLICY_UNUSUAL_DROP_LOG = 3
};

/* Fragments that pass through (C28-010 to C28-021). Lengths in bytes of their IP payload, times in seconds. */
struct policy_fragments {
	uint32_t reassemblies_max; /* of the whole node; 0: all fragments are dropped */
	uint32_t timeout, time_limit, done_linger, illegal_linger;
	uint16_t length_min, length_min_ipv6; /* of all but the last */
	uint16_t duplicate_samples;           /* places that are compared, 2..512 */
	uint8_t illegal;                      /* enum policy_illegal_fragments */
	uint8_t failed_log;                   /* enum policy_reassembly_log */
	uint8_t dropped_log, duplicate_log;   /* enum policy_fragment_log */
	uint8_t icmp, ipv6_atomic;            /* enum policy_unusual */
	uint8_t reject_short_ipv6;
	uint8_t reserved[3];
};

/* Packets to this node, which are put together before the host gets them (C28-022). */
struct policy_local_reassembly {
	uint32_t reassemblies_max;
	uint32_t size_max;  /* of an IP packet, bytes */
	uint32_t large_max; /* of those at once that have more than 2048 bytes */
	uint32_t reserved;
};

/* What becomes of TCP segments whose numbers do not fit their flow. */
enum policy_sequences {
	POLICY_SEQUENCES_VALIDATE = 0,
	POLICY_SEQUENCES_COUNT = 1,
	POLICY_SEQUENCES_IGNORE = 2
};

/* What becomes of a SYN whose maximum segment size is beyond a limit. */
enum policy_mss_action { POLICY_MSS_ADJUST = 0, POLICY_MSS_DROP = 1, POLICY_MSS_IGNORE = 2 };

/* TCPSettings. */
struct policy_tcp_settings {
	uint8_t sequences;           /* enum policy_sequences */
	uint8_t mss_low;             /* enum policy_mss_action: below mss_min */
	uint8_t mss_high;            /* enum policy_mss_action: above mss_max */
	uint8_t clamp;               /* 1: to what the links of the flow can carry */
	uint16_t mss_min, mss_max;   /* bytes; 0: no limit */
	uint32_t half_open_max;      /* of the node; beyond it clients are asked first. 0: never */
	uint32_t lifetime_stateless; /* seconds (C28-002) */
};

/* A single number each: cluster and settings. Times in seconds unless the name says ms. */
struct policy_settings {
	uint8_t cluster_enabled;
	uint8_t cluster_role; /* enum cluster_role */
	uint8_t cluster_id;
	uint8_t workers;          /* worker threads, 1.. */
	uint8_t poll;             /* 1: never sleep */
	uint8_t drop_ipv4;        /* 1: no IPv4 packet is processed (C05-010) */
	uint8_t drop_ipv6;        /* 1: no IPv6 packet is processed (C05-010) */
	uint8_t log_unknown_vlan; /* UnknownVLANTags=DropLog (C03-015) */
	uint32_t heartbeat_interval_ms;
	uint32_t peer_dead_ms;
	uint32_t arp_expire;
	uint32_t arp_expire_unknown;
	uint32_t arp_cache_size;
	uint32_t packet_buffer; /* PacketBufferSize, bytes: taken at the datapath's next start (C03-038) */
	uint32_t flow_lifetime_tcp_init, flow_lifetime_tcp_no_data, flow_lifetime_tcp_open,
	    flow_lifetime_tcp_closing;
	uint32_t flow_lifetime_udp, flow_lifetime_icmp, flow_lifetime_other;
	uint32_t flow_lifetime_sctp_stateless, flow_lifetime_sctp_stateful;
	struct policy_tcp_settings tcp;
	uint32_t max_flows;               /* of the whole node; read at the datapath's start only */
	uint32_t gratuitous_arp_interval; /* periodic ARP of the active node (C22-036) */
	uint32_t threshold_memory; /* for counts of flows, per cent of the system's memory; 0: 10 (C24-020) */
	uint32_t reserved;
	struct policy_path_mtu path_mtu;
	struct policy_length_limits length_limits;
	struct policy_fragments fragments;
	struct policy_local_reassembly local_reassembly;
};

struct policy_section {
	uint32_t offset; /* of the first element from the blob's start; a multiple of 8 */
	uint32_t count;
};

struct policy_header {
	uint32_t magic, version;
	uint32_t length; /* of the whole blob, bytes */
	uint32_t reserved;
	uint64_t generation;
	struct policy_settings settings;
	struct policy_section interfaces, addresses, routes, rules, interface_ids, ranges, services,
	    arp_entries, advertisements, monitor_targets, threshold_rules, threshold_sets,
	    threshold_definitions, whitelist_rules;
};

/* A blob that was checked. Points into it. */
struct policy {
	const struct policy_header *header;
	const struct policy_settings *settings;
	const struct policy_interface *interfaces;
	const struct policy_address *addresses;
	const struct policy_route *routes;
	const struct policy_rule *rules;
	const uint16_t *interface_ids;
	const struct ip_range *ranges;
	const struct policy_service *services;
	const struct policy_arp_entry *arp_entries;
	const struct policy_advertisement *advertisements;
	const struct policy_monitor_target *monitor_targets;
	const struct policy_threshold_rule *threshold_rules;
	const struct policy_threshold_set *threshold_sets;
	const struct policy_threshold_definition *threshold_definitions;
	const struct policy_rule
	    *whitelist_rules; /* of which the filter counts: what the blacklist does not bar (C25-012) */
	uint32_t interface_count, address_count, route_count, rule_count, interface_id_count, range_count,
	    service_count, arp_entry_count, advertisement_count, monitor_target_count, threshold_rule_count,
	    threshold_set_count, threshold_definition_count, whitelist_rule_count;
};

/*
 * Checks a blob (8-byte aligned) and fills *out, which lives as long as the blob. Returns 0, or -EBADMSG with
 * what is wrong in reason. Any bytes are safe to give. Any thread.
 */
int policy_open(const void *blob, size_t length, struct policy *out, char reason[128]);

/* A tag's TPID (host byte order) that a VLAN interface may have (C03-016). Any thread. */
static inline bool policy_vlan_type_valid(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200 || type == 0x9300;
}

/* The interface with that id or NULL. Any thread. */
const struct policy_interface *policy_interface_by_id(const struct policy *policy, uint16_t id);

/* Grows arrays on the heap; one thread. All functions return 0 or -ENOMEM. */
struct policy_builder;
struct policy_builder *policy_builder_create(void);
void policy_builder_destroy(struct policy_builder *builder);
struct policy_settings *policy_builder_settings(struct policy_builder *builder);
int policy_builder_interface(struct policy_builder *builder, const struct policy_interface *interface);
int policy_builder_address(struct policy_builder *builder, const struct policy_address *address);
int policy_builder_arp_entry(struct policy_builder *builder, const struct policy_arp_entry *entry);
int policy_builder_route(struct policy_builder *builder, const struct policy_route *route);
/* Slices: begin fixes where the next elements go, the builder's count since then is the slice's. */
int policy_builder_interface_id(struct policy_builder *builder, uint16_t id);
int policy_builder_range(struct policy_builder *builder, const struct ip_range *range);
int policy_builder_service(struct policy_builder *builder, const struct policy_service *service);
int policy_builder_advertisement(struct policy_builder *builder,
                                 const struct policy_advertisement *advertisement);
int policy_builder_monitor_target(struct policy_builder *builder, const struct policy_monitor_target *target);
int policy_builder_threshold_rule(struct policy_builder *builder, const struct policy_threshold_rule *rule);
int policy_builder_threshold_set(struct policy_builder *builder, const struct policy_threshold_set *set);
int policy_builder_threshold_definition(struct policy_builder *builder,
                                        const struct policy_threshold_definition *definition);
int policy_builder_whitelist_rule(struct policy_builder *builder, const struct policy_rule *rule);
uint32_t policy_builder_threshold_sets(const struct policy_builder *builder); /* number so far */
uint32_t policy_builder_threshold_definitions(const struct policy_builder *builder);
uint32_t policy_builder_interface_ids(const struct policy_builder *builder);
uint32_t policy_builder_ranges(const struct policy_builder *builder);
uint32_t policy_builder_services(const struct policy_builder *builder);
int policy_builder_rule(struct policy_builder *builder, const struct policy_rule *rule);
/* The finished blob, malloc'ed, the caller's to free. */
int policy_builder_finish(struct policy_builder *builder, uint64_t generation, void **blob, size_t *length);

#endif

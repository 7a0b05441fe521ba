/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_CORE_COUNTERS_H
#define DATAPATH_CORE_COUNTERS_H

#include <stdint.h>

/*
 * Every counter of the datapath by its name for people. Each thread has a set of its own; readers add them
 * up. What is dropped is counted under exactly one "drop/..." name, so that once nothing waits in a queue
 *     rx/packets + sync/received + host/from + own/sent = tx/packets + host/to + own/taken + all of drop/...
 * "own" is ARP, Neighbour Discovery, DHCP of the client, heartbeats, spare links, ICMP errors and TCP resets that the datapath itself sends or takes;
 * "sync" heartbeats from the Sync interface's socket.
 */
#define COUNTERS(X)                                                                                          \
	X(RX_PACKETS, "rx/packets")                                                                          \
	X(TX_PACKETS, "tx/packets")                                                                          \
	X(TO_HOST, "host/to")                                                                                \
	X(FROM_HOST, "host/from")                                                                            \
	X(SYNC_RECEIVED, "sync/received")                                                                    \
	X(OWN_SENT, "own/sent")                                                                              \
	X(OWN_TAKEN, "own/taken")                                                                            \
	X(CAPTURE_LOST, "capture/lost")                                                                      \
	X(ARP_CONFLICT, "arp/conflict")                                                                      \
	X(DHCP_REFUSED, "dhcp/refused")                                                                      \
	X(MONITOR_PROBES, "monitor/probes")                                                                  \
	X(MONITOR_ANSWERS, "monitor/answers")                                                                \
	X(MONITOR_OWN, "monitor/own_faulty")                                                                 \
	X(MONITOR_PEER, "monitor/peer_faulty")                                                               \
	X(HELD, "arp/held")                                                                                  \
	X(FRAGMENTED, "fragment/packets")                                                                    \
	X(FRAGMENTS, "fragment/made")                                                                        \
	X(FLOW_CREATED, "flow/created")                                                                      \
	X(FLOW_CLOSED, "flow/closed")                                                                        \
	X(FLOW_MIRRORED, "flow/mirrored")                                                                    \
	X(FLOW_MIRROR_FULL, "flow/mirror_full")                                                              \
	X(FRAGMENT_RECEIVED, "reassembly/fragments")                                                         \
	X(FRAGMENT_HELD, "reassembly/held")                                                                  \
	X(REASSEMBLY_DONE, "reassembly/done")                                                                \
	X(REASSEMBLY_FAILED, "reassembly/failed")                                                            \
	X(LOCAL_REASSEMBLY_DONE, "reassembly/local_done")                                                    \
	X(LOCAL_REASSEMBLY_FAILED, "reassembly/local_failed")                                                \
	X(EVENT_LOST, "event/lost")                                                                          \
	X(FLOW_EVICTED, "flow/evicted")                                                                      \
	X(THRESHOLD_EXCEEDED, "threshold/exceeded")                                                          \
	X(TCP_COOKIES, "tcp/cookies")                                                                        \
	X(TCP_RELAYED, "tcp/relayed")                                                                        \
	X(TCP_OUT_OF_WINDOW, "tcp/out_of_window")                                                            \
	X(DROP_ETHERNET_SHORT, "drop/ethernet_short")                                                        \
	X(DROP_ETHERNET_SOURCE, "drop/ethernet_source")                                                      \
	X(DROP_ETHERNET_DESTINATION, "drop/ethernet_destination")                                            \
	X(DROP_ETHERTYPE, "drop/ethertype")                                                                  \
	X(DROP_UNKNOWN_VLANID, "drop/unknown_vlanid")                                                        \
	X(DROP_VLAN_LEVELS, "drop/vlan_levels")                                                              \
	X(DROP_INTERFACE_DISABLED, "drop/interface_disabled")                                                \
	X(DROP_INACTIVE, "drop/inactive")                                                                    \
	X(DROP_SUSPENDED, "drop/suspended")                                                                  \
	X(DROP_IP_VERSION, "drop/ip_version")                                                                \
	X(DROP_NO_POLICY, "drop/no_policy")                                                                  \
	X(DROP_IPV4_HEADER, "drop/ipv4_header")                                                              \
	X(DROP_IPV4_LENGTH, "drop/ipv4_length")                                                              \
	X(DROP_IPV4_CHECKSUM, "drop/ipv4_checksum")                                                          \
	X(DROP_IPV4_SOURCE, "drop/ipv4_source")                                                              \
	X(DROP_IPV4_DESTINATION, "drop/ipv4_destination")                                                    \
	X(DROP_IPV4_OPTIONS, "drop/ipv4_options")                                                            \
	X(DROP_IPV4_SOURCE_ROUTE, "drop/ipv4_source_route")                                                  \
	X(DROP_IPV4_RECORD_ROUTE, "drop/ipv4_record_route")                                                  \
	X(DROP_IPV4_TIMESTAMP, "drop/ipv4_timestamp")                                                        \
	X(DROP_IPV4_OPTION_OTHER, "drop/ipv4_option_other")                                                  \
	X(DROP_IPV6_DISABLED, "drop/ipv6_disabled")                                                          \
	X(DROP_IPV6_HEADER, "drop/ipv6_header")                                                              \
	X(DROP_IPV6_LENGTH, "drop/ipv6_length")                                                              \
	X(DROP_IPV6_SOURCE, "drop/ipv6_source")                                                              \
	X(DROP_IPV6_DESTINATION, "drop/ipv6_destination")                                                    \
	X(DROP_IPV6_EXTENSION, "drop/ipv6_extension")                                                        \
	X(DROP_IPV6_ROUTING_HEADER, "drop/ipv6_routing_header")                                              \
	X(DROP_FRAGMENT_DISABLED, "drop/fragment_disabled")                                                  \
	X(DROP_FRAGMENT_SIZE, "drop/fragment_size")                                                          \
	X(DROP_FRAGMENT_SHORT, "drop/fragment_short")                                                        \
	X(DROP_FRAGMENT_OVERLAP, "drop/fragment_overlap")                                                    \
	X(DROP_FRAGMENT_DUPLICATE, "drop/fragment_duplicate")                                                \
	X(DROP_FRAGMENT_DUPLICATE_DATA, "drop/fragment_duplicate_data")                                      \
	X(DROP_FRAGMENT_LIMIT, "drop/fragment_limit")                                                        \
	X(DROP_FRAGMENT_HELD, "drop/fragment_held")                                                          \
	X(DROP_FRAGMENT_TIMEOUT, "drop/fragment_timeout")                                                    \
	X(DROP_FRAGMENT_DONE_PACKET, "drop/fragment_done_packet")                                            \
	X(DROP_FRAGMENT_ILLEGAL_PACKET, "drop/fragment_illegal_packet")                                      \
	X(DROP_FRAGMENT_REFUSED_PACKET, "drop/fragment_refused_packet")                                      \
	X(DROP_FRAGMENT_FAILED_PACKET, "drop/fragment_failed_packet")                                        \
	X(DROP_FRAGMENT_ICMP, "drop/fragment_icmp")                                                          \
	X(DROP_FRAGMENT_ATOMIC, "drop/fragment_atomic")                                                      \
	X(DROP_LOCAL_REASSEMBLY_SIZE, "drop/local_reassembly_size")                                          \
	X(DROP_LOCAL_REASSEMBLY_LIMIT, "drop/local_reassembly_limit")                                        \
	X(DROP_LOCAL_REASSEMBLY_OVERLAP, "drop/local_reassembly_overlap")                                    \
	X(DROP_OVERSIZED, "drop/oversized")                                                                  \
	X(DROP_TRANSPORT_HEADER, "drop/transport_header")                                                    \
	X(DROP_TCP_FLAGS, "drop/tcp_flags")                                                                  \
	X(DROP_TCP_OPTIONS, "drop/tcp_options")                                                              \
	X(DROP_TCP_MSS, "drop/tcp_mss")                                                                      \
	X(DROP_TCP_NO_FLOW, "drop/tcp_no_flow")                                                              \
	X(DROP_TCP_COOKIE, "drop/tcp_cookie")                                                                \
	X(DROP_TCP_RELAY, "drop/tcp_relay")                                                                  \
	X(DROP_TCP_STATE, "drop/tcp_state")                                                                  \
	X(DROP_TCP_SEQUENCE, "drop/tcp_sequence")                                                            \
	X(DROP_TCP_ACKNOWLEDGEMENT, "drop/tcp_acknowledgement")                                              \
	X(DROP_TCP_RESET, "drop/tcp_reset")                                                                  \
	X(DROP_ICMP_TYPE, "drop/icmp_type")                                                                  \
	X(DROP_ICMP_CHECKSUM, "drop/icmp_checksum")                                                          \
	X(DROP_ICMP_EMBEDDED, "drop/icmp_embedded")                                                          \
	X(DROP_ICMP_WINDOW, "drop/icmp_window")                                                              \
	X(DROP_ICMP_NO_FLOW, "drop/icmp_no_flow")                                                            \
	X(DROP_ICMP_FRAGMENTATION_NEEDED, "drop/icmp_fragmentation_needed")                                  \
	X(DROP_ICMPV6_TOO_BIG, "drop/icmpv6_too_big")                                                        \
	X(DROP_TTL, "drop/ttl")                                                                              \
	X(DROP_NO_REVERSE_ROUTE, "drop/no_reverse_route")                                                    \
	X(DROP_NO_ROUTE, "drop/no_route")                                                                    \
	X(DROP_RULE, "drop/rule")                                                                            \
	X(DROP_DEFAULT_RULE, "drop/default_rule")                                                            \
	X(DROP_THRESHOLD, "drop/threshold")                                                                  \
	X(DROP_BLACKLIST, "drop/blacklist")                                                                  \
	X(DROP_INTERFACE_CHANGED, "drop/interface_changed")                                                  \
	X(DROP_TRANSLATION_CHANGED, "drop/translation_changed")                                              \
	X(DROP_NAT_ADDRESS, "drop/nat_address")                                                              \
	X(DROP_NAT_PORTS, "drop/nat_ports")                                                                  \
	X(DROP_FLOW_ADDRESSES, "drop/flow_addresses")                                                        \
	X(DROP_FLOW_TABLE_FULL, "drop/flow_table_full")                                                      \
	X(DROP_MTU, "drop/mtu")                                                                              \
	X(DROP_UNRESOLVED, "drop/unresolved")                                                                \
	X(DROP_CONTROL_QUEUE, "drop/control_queue")                                                          \
	X(DROP_HOST, "drop/host")                                                                            \
	X(DROP_HANDOVER, "drop/handover")                                                                    \
	X(DROP_TX, "drop/tx")                                                                                \
	X(DROP_ARP_MALFORMED, "drop/arp_malformed")                                                          \
	X(DROP_DISCOVERY_MALFORMED, "drop/discovery_malformed")                                              \
	X(DROP_DHCP_MALFORMED, "drop/dhcp_malformed")                                                        \
	X(DROP_HEARTBEAT, "drop/heartbeat")                                                                  \
	X(DROP_SPARE_LINK, "drop/spare_link")                                                                \
	X(DROP_MEMORY, "drop/memory")

enum counter {
#define X(id, name) COUNTER_##id,
	COUNTERS(X)
#undef X
	    COUNTER_COUNT
};

/* Written by one thread; others read single values, each of which is whole. */
struct counters {
	uint64_t value[COUNTER_COUNT];
};

/* The name for people, e.g. "drop/ttl". */
const char *counter_name(enum counter counter);

#endif

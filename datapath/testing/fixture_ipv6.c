/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/testing/fixture_ipv6.h"

#include "datapath/icmp/icmpv6_error.h"

#include <netinet/in.h>
#include <string.h>

struct ip_address fixture_ipv6_address(const char *text)
{
	struct ip_address address;

	ck_assert_int_eq(ip_address_parse(text, &address), 0);
	return address;
}

static void add_interface(struct policy_builder *builder, uint16_t id, const char *shared,
                          const char *private, const char *network)
{
	struct policy_address own = {
	    .interface = id, .prefix_length = 64, .address = fixture_ipv6_address(shared)};
	struct policy_route route = {.interface = id};

	ck_assert_int_eq(policy_builder_address(builder, &own), 0);
	own.kind = POLICY_ADDRESS_PRIVATE;
	own.address = fixture_ipv6_address(private);
	ck_assert_int_eq(policy_builder_address(builder, &own), 0);
	ck_assert_int_eq(ip_range_parse(network, &route.network), 0);
	ck_assert_int_eq(policy_builder_route(builder, &route), 0);
}

struct policy_builder *fixture_ipv6_policy(void)
{
	struct policy_builder *builder = fixture_policy();
	struct policy_route route = {.gateway = fixture_ipv6_address(SERVER6), .interface = WAN};

	add_interface(builder, LAN, LAN_SHARED6, "2001:db8:1::2", "2001:db8:1::/64");
	add_interface(builder, WAN, WAN_SHARED6, "2001:db8:2::2", "2001:db8:2::/64");
	ck_assert_int_eq(ip_range_parse("2001:db8:3::/48", &route.network), 0);
	ck_assert_int_eq(policy_builder_route(builder, &route), 0);
	return builder;
}

void fixture_ipv6_rule(struct policy_builder *builder, enum policy_action action, bool reject,
                       enum policy_source_translation translation)
{
	struct policy_service service = {.protocol_last = 255,
	                                 .icmp_type_last = 255,
	                                 .icmp_code_last = 255,
	                                 .source_ports = {0, 65535},
	                                 .destination_ports = {0, 65535}};
	struct policy_rule rule = {.name = "ipv6",
	                           .action = action,
	                           .send_reject = reject,
	                           .source_translation = translation,
	                           .source_interfaces = {policy_builder_interface_ids(builder), 1},
	                           .destination_interfaces = {policy_builder_interface_ids(builder), 1},
	                           .source_networks = {policy_builder_ranges(builder), 1},
	                           .destination_networks = {policy_builder_ranges(builder), 1},
	                           .services = {policy_builder_services(builder), 1}};
	struct ip_range all;

	ck_assert_int_eq(ip_range_parse("::/0", &all), 0);
	ck_assert_int_eq(policy_builder_interface_id(builder, POLICY_INTERFACE_ANY), 0);
	ck_assert_int_eq(policy_builder_range(builder, &all), 0);
	ck_assert_int_eq(policy_builder_service(builder, &service), 0);
	ck_assert_int_eq(policy_builder_rule(builder, &rule), 0);
}

void fixture_ipv6_setup(void)
{
	struct policy_builder *builder;

	fixture_setup();
	fake_neighbour_at(LAN, fixture_ipv6_address(CLIENT6), fixture_mac(LAN, MAC_NEIGHBOUR));
	fake_neighbour_at(WAN, fixture_ipv6_address(SERVER6), fixture_mac(WAN, MAC_NEIGHBOUR));
	builder = fixture_ipv6_policy();
	fixture_ipv6_rule(builder, POLICY_ALLOW, false, POLICY_SOURCE_KEEP);
	fixture_rule(builder, 0, 0, 0, 0, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
	fixture_walk();
}

struct rte_mbuf *fixture_ipv6(const char *source, const char *destination, uint8_t protocol, uint16_t payload)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(datapath.packets);
	uint16_t length = sizeof(struct rte_ipv6_hdr) + payload;
	struct ip_address addresses[2] = {fixture_ipv6_address(source), fixture_ipv6_address(destination)};
	struct rte_ipv6_hdr *header;

	ck_assert_ptr_nonnull(mbuf);
	header = (struct rte_ipv6_hdr *)rte_pktmbuf_append(mbuf, length);
	ck_assert_ptr_nonnull(header);
	memset(header, 0, length);
	header->vtc_flow = RTE_BE32(0x60000000);
	header->payload_len = rte_cpu_to_be_16(payload);
	header->proto = protocol;
	header->hop_limits = 64;
	memcpy(header->src_addr, addresses[0].bytes, sizeof(header->src_addr));
	memcpy(header->dst_addr, addresses[1].bytes, sizeof(header->dst_addr));
	return mbuf;
}

struct rte_mbuf *fixture_ipv6_udp(const char *source, uint16_t source_port, const char *destination,
                                  uint16_t destination_port)
{
	struct rte_mbuf *mbuf =
	    fixture_ipv6(source, destination, IPPROTO_UDP, sizeof(struct rte_udp_hdr) + 10);
	struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(fixture_ipv6_header(mbuf) + 1);

	udp->src_port = rte_cpu_to_be_16(source_port);
	udp->dst_port = rte_cpu_to_be_16(destination_port);
	udp->dgram_len = rte_cpu_to_be_16(sizeof(*udp) + 10);
	udp->dgram_cksum = rte_ipv6_udptcp_cksum(fixture_ipv6_header(mbuf), udp);
	return mbuf;
}

struct rte_mbuf *fixture_ipv6_tcp(const char *source, uint16_t source_port, const char *destination,
                                  uint16_t destination_port, uint8_t flags)
{
	struct rte_mbuf *mbuf = fixture_ipv6(source, destination, IPPROTO_TCP, sizeof(struct rte_tcp_hdr));
	struct rte_tcp_hdr *tcp = (struct rte_tcp_hdr *)(fixture_ipv6_header(mbuf) + 1);

	tcp->src_port = rte_cpu_to_be_16(source_port);
	tcp->dst_port = rte_cpu_to_be_16(destination_port);
	tcp->sent_seq = flags & RTE_TCP_SYN_FLAG ? RTE_BE32(999) : RTE_BE32(1000);
	tcp->recv_ack = flags & RTE_TCP_ACK_FLAG ? RTE_BE32(1000) : 0;
	tcp->rx_win = RTE_BE16(65000);
	tcp->data_off = sizeof(*tcp) / 4 << 4;
	tcp->tcp_flags = flags;
	tcp->cksum = rte_ipv6_udptcp_cksum(fixture_ipv6_header(mbuf), tcp);
	return mbuf;
}

struct rte_mbuf *fixture_ipv6_echo(const char *source, const char *destination, uint8_t type,
                                   uint16_t identifier)
{
	const uint16_t length = sizeof(struct rte_icmp_hdr) + 32;
	struct rte_mbuf *mbuf = fixture_ipv6(source, destination, IPPROTO_ICMPV6, length);
	struct rte_icmp_hdr *icmp = (struct rte_icmp_hdr *)(fixture_ipv6_header(mbuf) + 1);

	icmp->icmp_type = type;
	icmp->icmp_ident = rte_cpu_to_be_16(identifier);
	icmp->icmp_cksum = ipv6_checksum(fixture_ipv6_header(mbuf), icmp, length, IPPROTO_ICMPV6);
	return mbuf;
}

struct rte_mbuf *fixture_ipv6_extend(struct rte_mbuf *mbuf, uint8_t header, uint8_t third, uint8_t fourth)
{
	struct rte_ipv6_hdr *ip = (struct rte_ipv6_hdr *)rte_pktmbuf_prepend(mbuf, 8);
	uint8_t *extension = (uint8_t *)(ip + 1);

	ck_assert_ptr_nonnull(ip);
	memmove(ip, (uint8_t *)ip + 8, sizeof(*ip));
	memset(extension, 0, 8);
	extension[0] = ip->proto;
	extension[2] = third;
	extension[3] = fourth;
	ip->proto = header;
	ip->payload_len = rte_cpu_to_be_16(rte_be_to_cpu_16(ip->payload_len) + 8);
	return mbuf;
}

void fixture_ipv6_receive(uint16_t interface, struct rte_ether_addr mac, struct rte_mbuf *mbuf)
{
	struct rte_ether_hdr *header = (struct rte_ether_hdr *)rte_pktmbuf_prepend(mbuf, sizeof(*header));

	header->dst_addr = mac;
	header->src_addr = fixture_mac(interface, MAC_NEIGHBOUR);
	header->ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV6);
	fixture_receive_frame(interface, mbuf);
}

struct rte_mbuf *fixture_ipv6_pass(uint16_t from, struct rte_mbuf *mbuf, uint16_t to)
{
	fixture_ipv6_receive(from, fixture_mac(from, MAC_SHARED), mbuf);
	fixture_walk();
	return fixture_sent(to);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/icmp/icmp_error.h"
#include "datapath/policy/compiled_policy.h"
#include "datapath/testing/fixture.h"
#include "datapath/vlan/vlan.h"
#include "lib/testing.h"

#include <string.h>

#define VLAN       10 /* interface: ID 100 on LAN */
#define INNER      11 /* ID 7 in service VLAN SERVICE */
#define SERVICE    12 /* ID 200 of type 88a8 on LAN */
#define VLAN_HOST  IP(10, 100, 0, 10)
#define INNER_HOST IP(10, 7, 0, 10)

static const uint8_t vlan_tag[] = {0x81, 0x00, 0x00, 100};
static const uint8_t inner_tags[] = {0x88, 0xa8, 0x00, 200, 0x81, 0x00, 0x00, 7};

/* --- the parser */

static struct vlan_table *table;

/* Interface 1 carries 2 (ID 1), that 3 (ID 2) and so on; those of an even interface are of type 88a8. */
static void make_table(void)
{
	struct policy_interface interfaces[POLICY_VLAN_LEVELS + 1] = {{.id = 1}};
	struct policy policy = {.interfaces = interfaces, .interface_count = RTE_DIM(interfaces)};

	for (uint16_t i = 1; i <= POLICY_VLAN_LEVELS; i++)
		interfaces[i] = (struct policy_interface){
		    .id = i + 1, .carrier = i, .vlan_id = i, .vlan_type = i % 2 ? 0x8100 : 0x88a8};
	interfaces[3].disabled = 1;
	ck_assert_int_eq(vlan_table_create(&policy, &table), 0);
}

static void free_table(void)
{
	vlan_table_destroy(table);
}

static enum counter parse(const uint8_t *tags, size_t length, bool lost, struct vlan_frame *out)
{
	uint8_t frame[RTE_ETHER_HDR_LEN + 128] = {0};

	memcpy(frame + 12, tags, length);
	return vlan_parse(table, frame, (uint32_t)(12 + length), 1, lost, out);
}

/* feature: C03-014 */
START_TEST(a_tag_names_the_interface)
{
	struct vlan_frame out;

	ck_assert_int_eq(parse((const uint8_t[]){0x81, 0, 0xe0, 1, 8, 0}, 6, false, &out), COUNTER_COUNT);
	ck_assert_uint_eq(out.interface, 2);
	ck_assert_uint_eq(out.header, 18);
	ck_assert_uint_eq(out.type, RTE_BE16(0x0800));
}
END_TEST

/* feature: C03-016 */
START_TEST(the_type_counts_where_the_driver_tells_it)
{
	const uint8_t nested[] = {0x81, 0, 0, 1, 0x88, 0xa8, 0, 2, 8, 0}, wrong[] = {0x88, 0xa8, 0, 1, 8, 0};
	const uint8_t inner_wrong[] = {0x81, 0, 0, 1, 0x81, 0, 0, 2, 8, 0};
	struct vlan_frame out;

	ck_assert_int_eq(parse(nested, sizeof(nested), false, &out), COUNTER_COUNT);
	ck_assert_uint_eq(out.interface, 3);
	ck_assert_int_eq(parse(wrong, sizeof(wrong), false, &out), COUNTER_DROP_UNKNOWN_VLANID);
	ck_assert_int_eq(parse(inner_wrong, sizeof(inner_wrong), true, &out), COUNTER_DROP_UNKNOWN_VLANID);
}
END_TEST

START_TEST(a_lost_type_is_any_outermost_one)
{
	struct policy_interface interfaces[] = {{.id = 1},
	                                        {.id = 2, .carrier = 1, .vlan_id = 200, .vlan_type = 0x88a8}};
	struct policy policy = {.interfaces = interfaces, .interface_count = 2};
	const uint8_t frame[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x81, 0, 0, 200, 8, 0};
	struct vlan_table *one;
	struct vlan_frame out;

	ck_assert_int_eq(vlan_table_create(&policy, &one), 0);
	ck_assert_int_eq(vlan_parse(one, frame, sizeof(frame), 1, true, &out), COUNTER_COUNT);
	ck_assert_int_eq(vlan_parse(one, frame, sizeof(frame), 1, false, &out), COUNTER_DROP_UNKNOWN_VLANID);
	vlan_table_destroy(one);
}
END_TEST

/* feature: C03-015 */
START_TEST(an_unknown_id_is_none)
{
	struct vlan_frame out;

	ck_assert_int_eq(parse((const uint8_t[]){0x81, 0, 0, 9, 8, 0}, 6, false, &out),
	                 COUNTER_DROP_UNKNOWN_VLANID);
	ck_assert_uint_eq(out.interface, 1);
	ck_assert_uint_eq(out.vlan_id, 9);
	ck_assert_int_eq(parse((const uint8_t[]){0x81, 0, 0x0f, 0xff, 8, 0}, 6, false, &out),
	                 COUNTER_DROP_UNKNOWN_VLANID);
	ck_assert_int_eq(vlan_parse(NULL, (const uint8_t[18]){[12] = 0x81, [15] = 1}, 18, 1, false, &out),
	                 COUNTER_DROP_UNKNOWN_VLANID);
}
END_TEST

START_TEST(a_priority_tag_is_no_vlan)
{
	const uint8_t within[] = {0x81, 0, 0xa0, 0, 0x81, 0, 0, 1, 8, 0};
	struct vlan_frame out;

	ck_assert_int_eq(parse((const uint8_t[]){0x81, 0, 0xa0, 0, 8, 0}, 6, false, &out), COUNTER_COUNT);
	ck_assert_uint_eq(out.interface, 1);
	ck_assert_uint_eq(out.header, 18);
	ck_assert_int_eq(parse(within, sizeof(within), false, &out), COUNTER_COUNT);
	ck_assert_uint_eq(out.interface, 2);
}
END_TEST

START_TEST(a_disabled_one_takes_nothing)
{
	const uint8_t tags[] = {0x81, 0, 0, 1, 0x88, 0xa8, 0, 2, 0x81, 0, 0, 3, 8, 0};
	struct vlan_frame out;

	ck_assert_int_eq(parse(tags, sizeof(tags), false, &out), COUNTER_DROP_INTERFACE_DISABLED);
}
END_TEST

static unsigned put_tags(uint8_t *tags, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint16_t type = i % 2 ? 0x88a8 : 0x8100;

		tags[4 * i] = type >> 8;
		tags[4 * i + 1] = type & 0xff;
		tags[4 * i + 2] = 0;
		tags[4 * i + 3] = i + 1;
	}
	tags[4 * count] = 8;
	tags[4 * count + 1] = 0;
	return 4 * count + 2;
}

/* feature: C03-017 */
START_TEST(sixteen_levels_and_no_more)
{
	uint8_t tags[4 * 17 + 2];
	struct policy_interface interfaces[POLICY_VLAN_LEVELS + 1] = {{.id = 1}};
	struct policy policy = {.interfaces = interfaces, .interface_count = RTE_DIM(interfaces)};
	uint8_t frame[12 + sizeof(tags)] = {0};
	struct vlan_table *deep;
	struct vlan_frame out;

	for (uint16_t i = 1; i <= POLICY_VLAN_LEVELS; i++)
		interfaces[i] = (struct policy_interface){
		    .id = i + 1, .carrier = i, .vlan_id = i, .vlan_type = i % 2 ? 0x8100 : 0x88a8};
	ck_assert_int_eq(vlan_table_create(&policy, &deep), 0);
	memcpy(frame + 12, tags, put_tags(tags, 16));
	ck_assert_int_eq(vlan_parse(deep, frame, 14 + 64, 1, false, &out), COUNTER_COUNT);
	ck_assert_uint_eq(out.interface, 17);
	ck_assert_uint_eq(out.header, 14 + 64);
	memcpy(frame + 12, tags, put_tags(tags, 17));
	ck_assert_int_eq(vlan_parse(deep, frame, 14 + 68, 1, false, &out), COUNTER_DROP_VLAN_LEVELS);
	vlan_table_destroy(deep);
}
END_TEST

START_TEST(nothing_beyond_the_frame_is_read)
{
	uint8_t tags[66];
	unsigned length = put_tags(tags, 2);

	for (unsigned cut = 0; cut < length; cut++) {
		uint8_t *frame = calloc(1, 12 + cut + !cut);
		struct vlan_frame out;
		enum counter reason;

		memcpy(frame + 12, tags, cut);
		reason = vlan_parse(table, frame, 12 + cut, 1, false, &out);
		ck_assert_int_eq(reason, cut < length ? COUNTER_DROP_ETHERNET_SHORT : COUNTER_COUNT);
		free(frame);
	}
}
END_TEST

/* --- the graph */

static void add_vlan(struct policy_builder *builder, uint16_t id, uint16_t carrier, uint16_t vlan_id,
                     uint16_t type, uint32_t host)
{
	struct policy_interface interface = {.id = id,
	                                     .carrier = carrier,
	                                     .vlan_id = vlan_id,
	                                     .vlan_type = type,
	                                     .ha_type = POLICY_HA_NON_CRITICAL,
	                                     .mtu = 1500};
	struct policy_route route = {
	    .interface = id,
	    .network = {ip_address_from_ip4(rte_be_to_cpu_32(host & IP(255, 255, 255, 0))),
	                ip_address_from_ip4(rte_be_to_cpu_32(host | IP(0, 0, 0, 255)))}};

	snprintf(interface.name, sizeof(interface.name), "vlan%u", id);
	ck_assert_int_eq(policy_builder_interface(builder, &interface), 0);
	if (host)
		ck_assert_int_eq(policy_builder_route(builder, &route), 0);
}

static void add_vlan_port(uint16_t id, unsigned place, const uint8_t *tags, uint8_t length)
{
	struct port *port = &datapath.ports[PORTS_MAX + place];

	*port = datapath.ports[datapath.port_of_interface[LAN]];
	port->interface = id;
	port->device = NO_PORT;
	port->carrier = datapath.port_of_interface[LAN];
	port->tag_bytes = length;
	memcpy(port->tags, tags, length);
	datapath.port_of_interface[id] = PORTS_MAX + place;
	datapath.vlan_changes++;
}

static void setup(void)
{
	struct policy_builder *builder;

	make_table();
	fixture_setup();
	builder = fixture_policy();
	add_vlan(builder, VLAN, LAN, 100, 0x8100, VLAN_HOST);
	add_vlan(builder, SERVICE, LAN, 200, 0x88a8, 0);
	add_vlan(builder, INNER, SERVICE, 7, 0x8100, INNER_HOST);
	fixture_rule(builder, 0, 0, 0, 0, 0, POLICY_ALLOW, false);
	policy_builder_settings(builder)->log_unknown_vlan = 1;
	fixture_apply(builder);
	add_vlan_port(VLAN, 0, vlan_tag, sizeof(vlan_tag));
	add_vlan_port(INNER, 5, inner_tags, sizeof(inner_tags));
	fake_neighbour(VLAN, VLAN_HOST, fixture_mac(LAN, MAC_NEIGHBOUR));
	fake_neighbour(INNER, INNER_HOST, fixture_mac(LAN, MAC_NEIGHBOUR));
	fixture_walk();
}

/* A frame from LAN's neighbour with these tags. */
static void receive_tagged(struct rte_mbuf *mbuf, const uint8_t *tags, uint16_t length, uint16_t type)
{
	struct rte_ether_addr to = fixture_mac(LAN, MAC_SHARED), from = fixture_mac(LAN, MAC_NEIGHBOUR);
	uint8_t *frame = (uint8_t *)rte_pktmbuf_prepend(mbuf, RTE_ETHER_HDR_LEN + length);

	ck_assert_ptr_nonnull(frame);
	memcpy(frame, &to, 6);
	memcpy(frame + 6, &from, 6);
	memcpy(frame + 12, tags, length);
	memcpy(frame + 12 + length, &type, 2);
	fixture_receive_frame(LAN, mbuf);
	fixture_walk();
}

static void check_passage(uint32_t host, const uint8_t *tags, uint16_t length)
{
	struct rte_ether_addr source = fixture_mac(LAN, MAC_SHARED);

	/* The first packet is decided about, the second takes the fast way. */
	for (unsigned i = 0; i < 2; i++) {
		struct rte_mbuf *mbuf;
		const uint8_t *frame;

		receive_tagged(fixture_udp(host, 4000, SERVER, 53), tags, length, RTE_BE16(0x0800));
		mbuf = fixture_sent(WAN);
		ck_assert_ptr_nonnull(mbuf);
		frame = rte_pktmbuf_mtod(mbuf, const uint8_t *);
		ck_assert_mem_eq(frame + 12, "\x08\x00\x45", 3);
		rte_pktmbuf_free(mbuf);
		mbuf = fixture_pass(WAN, fixture_udp(SERVER, 53, host, 4000), LAN);
		ck_assert_ptr_nonnull(mbuf);
		frame = rte_pktmbuf_mtod(mbuf, const uint8_t *);
		ck_assert_mem_eq(frame + 6, &source, 6);
		ck_assert_mem_eq(frame + 12, tags, length);
		ck_assert_mem_eq(frame + 12 + length, "\x08\x00\x45", 3);
		rte_pktmbuf_free(mbuf);
	}
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 1);
}

/* feature: C03-014 */
START_TEST(tags_come_off_and_on)
{
	const struct worker_vlan *vlan = &fixture_worker()->vlans[0];

	check_passage(VLAN_HOST, vlan_tag, sizeof(vlan_tag));
	ck_assert_uint_eq(vlan->received_packets, 2);
	ck_assert_uint_eq(vlan->sent_packets, 2);
	ck_assert_uint_gt(vlan->sent_bytes, 0);
}
END_TEST

/* feature: C03-016 */
START_TEST(nested_tags_come_off_and_on)
{
	check_passage(INNER_HOST, inner_tags, sizeof(inner_tags));
}
END_TEST

/* The source is behind the VLAN: untagged, or with another tag, it is on the wrong interface. */
START_TEST(a_vlan_is_an_interface_of_its_own)
{
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(VLAN_HOST, 4000, SERVER, 53), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_NO_REVERSE_ROUTE), 1);
	receive_tagged(fixture_udp(CLIENT, 4000, SERVER, 53), vlan_tag, sizeof(vlan_tag), RTE_BE16(0x0800));
	ck_assert_ptr_null(fixture_sent(WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_NO_REVERSE_ROUTE), 2);
}
END_TEST

/* feature: C03-015 */
START_TEST(unknown_ids_are_counted_and_told_of_once_a_tick)
{
	const uint8_t tag[] = {0x81, 0, 0, 101};
	struct rte_mbuf *told;

	for (unsigned i = 0; i < 3; i++)
		receive_tagged(fixture_udp(VLAN_HOST, 4000, SERVER, 53), tag, sizeof(tag), RTE_BE16(0x0800));
	/* The control thread counts the one that it is told. */
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_UNKNOWN_VLANID), 2);
	told = fixture_to_control();
	ck_assert_ptr_nonnull(told);
	ck_assert_uint_eq(packet_of(told)->kind, PACKET_UNKNOWN_VLAN);
	ck_assert_uint_eq(packet_of(told)->next_hop, 101);
	rte_pktmbuf_free(told);
	ck_assert_ptr_null(fixture_to_control());
}
END_TEST

START_TEST(arp_reaches_the_control_thread_without_tags)
{
	struct rte_ether_addr to = fixture_mac(LAN, MAC_SHARED);
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(datapath.packets);

	memset(rte_pktmbuf_append(mbuf, 28), 0x5a, 28);
	receive_tagged(mbuf, inner_tags, sizeof(inner_tags), RTE_BE16(0x0806));
	mbuf = fixture_to_control();
	ck_assert_ptr_nonnull(mbuf);
	ck_assert_uint_eq(packet_of(mbuf)->kind, PACKET_ARP);
	ck_assert_uint_eq(packet_of(mbuf)->interface, INNER);
	ck_assert_uint_eq(rte_pktmbuf_data_len(mbuf), 42);
	ck_assert_mem_eq(rte_pktmbuf_mtod(mbuf, void *), &to, 6);
	ck_assert_mem_eq(rte_pktmbuf_mtod_offset(mbuf, void *, 12), "\x08\x06\x5a", 3);
	rte_pktmbuf_free(mbuf);
}
END_TEST

START_TEST(without_its_carrier_it_sends_nothing)
{
	check_passage(VLAN_HOST, vlan_tag, sizeof(vlan_tag));
	datapath.ports[datapath.port_of_interface[LAN]].used = 0;
	ck_assert_ptr_null(fixture_pass(WAN, fixture_udp(SERVER, 53, VLAN_HOST, 4000), LAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_INTERFACE_DISABLED), 1);
}
END_TEST

/* As do the errors about its packets. */
/* feature: C03-022 */
START_TEST(equivalent_interfaces_share_errors)
{
	struct compiled_policy *policy = datapath.policy;
	struct rte_mbuf *mbuf;

	policy->equivalence = calloc(UINT16_MAX + 1u, sizeof(*policy->equivalence));
	policy->equivalence[WAN] = policy->equivalence[VLAN] = WAN;
	for (unsigned i = 0; i < 2; i++) {
		mbuf = fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN);
		ck_assert_ptr_nonnull(mbuf);
		rte_pktmbuf_adj(mbuf, RTE_ETHER_HDR_LEN);
		ck_assert_int_eq(icmp_error_build(mbuf, 3, 3, 0, SERVER), 0);
		receive_tagged(mbuf, vlan_tag, sizeof(vlan_tag), RTE_BE16(0x0800));
		mbuf = fixture_sent(LAN);
		ck_assert_msg((mbuf != NULL) == (i == 0), "an error about %s flow", i ? "no" : "a");
		rte_pktmbuf_free(mbuf);
		/* Then the flow is another's. */
		policy->equivalence[VLAN] = POLICY_INTERFACE_NONE;
	}
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 1);
}
END_TEST

/* Answers that take another way belong to the flow where the interfaces are equivalent, and to none where they are not. */
/* feature: C03-022 */
START_TEST(equivalent_interfaces_share_flows)
{
	struct compiled_policy *policy = datapath.policy;
	struct rte_mbuf *mbuf = fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN);

	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_free(mbuf);
	receive_tagged(fixture_udp(SERVER, 53, CLIENT, 4000), vlan_tag, sizeof(vlan_tag), RTE_BE16(0x0800));
	ck_assert_ptr_null(fixture_sent(LAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_NO_REVERSE_ROUTE), 1);
	policy->equivalence = calloc(UINT16_MAX + 1u, sizeof(*policy->equivalence));
	policy->equivalence[WAN] = policy->equivalence[VLAN] = WAN;
	receive_tagged(fixture_udp(SERVER, 53, CLIENT, 4000), vlan_tag, sizeof(vlan_tag), RTE_BE16(0x0800));
	mbuf = fixture_sent(LAN);
	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_free(mbuf);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 1);
	/* And a new flow may come by either, whichever its source's route is on. */
	receive_tagged(fixture_udp(SERVER, 99, CLIENT, 4001), vlan_tag, sizeof(vlan_tag), RTE_BE16(0x0800));
	mbuf = fixture_sent(LAN);
	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_free(mbuf);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 2);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, free_table);
	tcase_add_test(tests, a_tag_names_the_interface);
	tcase_add_test(tests, the_type_counts_where_the_driver_tells_it);
	tcase_add_test(tests, a_lost_type_is_any_outermost_one);
	tcase_add_test(tests, an_unknown_id_is_none);
	tcase_add_test(tests, a_priority_tag_is_no_vlan);
	tcase_add_test(tests, a_disabled_one_takes_nothing);
	tcase_add_test(tests, sixteen_levels_and_no_more);
	tcase_add_test(tests, nothing_beyond_the_frame_is_read);
	tcase_add_test(tests, tags_come_off_and_on);
	tcase_add_test(tests, nested_tags_come_off_and_on);
	tcase_add_test(tests, a_vlan_is_an_interface_of_its_own);
	tcase_add_test(tests, unknown_ids_are_counted_and_told_of_once_a_tick);
	tcase_add_test(tests, arp_reaches_the_control_thread_without_tags);
	tcase_add_test(tests, equivalent_interfaces_share_flows);
	tcase_add_test(tests, equivalent_interfaces_share_errors);
	tcase_add_test(tests, without_its_carrier_it_sends_nothing);
}

TEST_MAIN("vlan", add_tests)

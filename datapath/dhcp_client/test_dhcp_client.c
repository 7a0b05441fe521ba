/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/dhcp_client/client.h"
#include "lib/testing.h"

#include <arpa/inet.h>
#include <string.h>

#define SECOND 1000000000ULL

static const struct mac_address mac = {{0x10, 0, 0, 1, 0, 2}};
static struct dhcp_client client;
static struct dhcp_step step;
static uint64_t now;

static uint32_t ip4(const char *text)
{
	struct in_addr address;

	ck_assert_int_eq(inet_pton(AF_INET, text, &address), 1);
	return address.s_addr;
}

static void setup(void)
{
	now = 1000 * SECOND;
	client = (struct dhcp_client){.mac = mac, .identifier = mac};
	dhcp_client_start(&client, 0, now);
}

static void tick(void)
{
	step = (struct dhcp_step){0};
	dhcp_client_tick(&client, now, now * 2654435761u, &step);
}

/* Lets time pass until it does something. */
static void until_due(void)
{
	ck_assert_uint_ge(client.due, now);
	ck_assert_uint_ne(client.due, UINT64_MAX);
	now = client.due;
	tick();
}

static struct dhcp_reply reply_of(enum dhcp_message type, const char *address, const char *server)
{
	struct dhcp_reply reply = {.type = type, .xid = client.xid, .mac = mac, .source = ip4(server)};

	reply.lease = (struct dhcp_lease){.address = ip4(address), .server = ip4(server), .lease_s = 600};
	return reply;
}

static bool answer(enum dhcp_message type, const char *address, const char *server)
{
	struct dhcp_reply reply = reply_of(type, address, server);

	step = (struct dhcp_step){0};
	return dhcp_client_reply(&client, &reply, now, 12345678, &step);
}

static void obtain(void)
{
	tick();
	ck_assert(answer(DHCP_OFFER, "192.20.2.100", "192.20.2.2"));
	ck_assert(answer(DHCP_ACK, "192.20.2.100", "192.20.2.2"));
	for (unsigned i = 0; i < 3 && client.state == DHCP_CHECKING; i++)
		until_due();
	ck_assert_int_eq(client.state, DHCP_BOUND);
}

/* feature: C21-021 */
START_TEST(from_nothing_to_an_address)
{
	uint64_t asked;

	tick();
	ck_assert(step.send);
	ck_assert_int_eq(step.request.type, DHCP_DISCOVER);
	ck_assert_uint_eq(step.request.destination, UINT32_MAX);
	ck_assert_uint_eq(step.request.requested, 0);
	now += SECOND;
	ck_assert(answer(DHCP_OFFER, "192.20.2.100", "192.20.2.2"));
	asked = now;
	ck_assert_int_eq(step.request.type, DHCP_REQUEST);
	ck_assert_uint_eq(step.request.requested, ip4("192.20.2.100"));
	ck_assert_uint_eq(step.request.server, ip4("192.20.2.2"));
	ck_assert_uint_eq(step.request.source, 0);
	now += SECOND;
	ck_assert(answer(DHCP_ACK, "192.20.2.100", "192.20.2.2"));
	ck_assert_int_eq(client.state, DHCP_CHECKING);
	ck_assert_uint_eq(step.probe, ip4("192.20.2.100"));
	ck_assert(!step.changed);
	until_due();
	ck_assert_uint_eq(step.probe, ip4("192.20.2.100"));
	until_due();
	ck_assert(step.changed);
	ck_assert_int_eq(client.state, DHCP_BOUND);
	ck_assert_uint_eq(client.lease.address, ip4("192.20.2.100"));
	/* As in the guide's sample, from the moment of the request on. */
	ck_assert_uint_eq(client.renew_at, asked + 300 * SECOND);
	ck_assert_uint_eq(client.rebind_at, asked + 525 * SECOND);
	ck_assert_uint_eq(client.ends_at, asked + 600 * SECOND);
}
END_TEST

START_TEST(it_asks_less_and_less_often)
{
	static const unsigned waits[] = {4, 8, 16, 32, 64, 64, 64};
	uint32_t xid;

	tick();
	xid = client.xid;
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		uint64_t wait = client.due - now;

		ck_assert_msg(wait >= (waits[i] - 1) * SECOND && wait <= (waits[i] + 1) * SECOND, "%zu: %llu",
		              i, (unsigned long long)wait);
		now = client.due - 1;
		tick();
		ck_assert(!step.send);
		now++;
		tick();
		ck_assert(step.send);
		ck_assert_int_eq(step.request.type, DHCP_DISCOVER);
		ck_assert_uint_eq(step.request.xid, xid);
	}
}
END_TEST

START_TEST(a_server_that_offers_and_is_silent_then)
{
	tick();
	ck_assert(answer(DHCP_OFFER, "192.20.2.100", "192.20.2.2"));
	for (unsigned i = 0; i < 3; i++) {
		until_due();
		ck_assert_int_eq(step.request.type, DHCP_REQUEST);
	}
	until_due();
	ck_assert_int_eq(step.request.type, DHCP_DISCOVER);
}
END_TEST

/* feature: C21-021 */
START_TEST(more_time_of_its_server)
{
	uint64_t asked;

	obtain();
	until_due();
	asked = now;
	ck_assert_uint_eq(now, client.renew_at);
	ck_assert_int_eq(client.state, DHCP_RENEWING);
	ck_assert_int_eq(step.request.type, DHCP_REQUEST);
	ck_assert_uint_eq(step.request.destination, ip4("192.20.2.2"));
	ck_assert_uint_eq(step.request.source, ip4("192.20.2.100"));
	ck_assert_uint_eq(step.request.requested, 0);
	ck_assert_uint_eq(step.request.server, 0);
	ck_assert(answer(DHCP_ACK, "192.20.2.100", "192.20.2.2"));
	ck_assert_int_eq(client.state, DHCP_BOUND);
	ck_assert(step.changed);
	ck_assert_uint_eq(step.probe, 0);
	ck_assert_uint_eq(client.ends_at, asked + 600 * SECOND);
}
END_TEST

/* feature: C21-021 */
START_TEST(more_time_of_any_server)
{
	obtain();
	while (client.state != DHCP_REBINDING) {
		until_due();
		ck_assert_uint_le(now, client.rebind_at);
	}
	ck_assert_uint_eq(now, client.rebind_at);
	ck_assert_uint_eq(step.request.destination, UINT32_MAX);
	ck_assert_uint_eq(step.request.source, ip4("192.20.2.100"));
	ck_assert(answer(DHCP_ACK, "192.20.2.100", "192.20.2.3"));
	ck_assert_int_eq(client.state, DHCP_BOUND);
	ck_assert_uint_eq(client.lease.server, ip4("192.20.2.3"));
}
END_TEST

/* feature: C21-025 */
START_TEST(the_end_of_a_lease)
{
	uint64_t ends;

	obtain();
	ends = client.ends_at;
	while (client.lease.address)
		until_due();
	ck_assert_uint_eq(now, ends);
	ck_assert(step.changed);
	ck_assert(step.send); /* and begins again */
	ck_assert_int_eq(step.request.type, DHCP_DISCOVER);
}
END_TEST

START_TEST(a_server_that_says_no)
{
	obtain();
	until_due();
	ck_assert(answer(DHCP_NAK, "0.0.0.0", "192.20.2.2"));
	ck_assert(step.changed);
	ck_assert_uint_eq(client.lease.address, 0);
	ck_assert(!step.send);
	until_due();
	ck_assert_int_eq(step.request.type, DHCP_DISCOVER);
	ck_assert(answer(DHCP_OFFER, "192.20.2.100", "192.20.2.2"));
	ck_assert(!answer(DHCP_NAK, "0.0.0.0", "192.20.2.3")); /* nobody asked that one */
	ck_assert(answer(DHCP_NAK, "0.0.0.0", "192.20.2.2"));
	ck_assert(!step.changed);
}
END_TEST

START_TEST(an_address_that_somebody_has)
{
	tick();
	ck_assert(answer(DHCP_OFFER, "192.20.2.100", "192.20.2.2"));
	ck_assert(answer(DHCP_ACK, "192.20.2.100", "192.20.2.2"));
	step = (struct dhcp_step){0};
	ck_assert(!dhcp_client_objected(&client, ip4("192.20.2.101"), now, &step));
	ck_assert(dhcp_client_objected(&client, ip4("192.20.2.100"), now, &step));
	ck_assert_int_eq(step.request.type, DHCP_DECLINE);
	ck_assert_uint_eq(step.request.requested, ip4("192.20.2.100"));
	ck_assert_uint_eq(step.request.server, ip4("192.20.2.2"));
	ck_assert_uint_eq(step.request.source, 0);
	ck_assert_uint_eq(client.lease.address, 0);
	ck_assert_uint_ge(client.due, now + 10 * SECOND);
	until_due();
	ck_assert_int_eq(step.request.type, DHCP_DISCOVER);
}
END_TEST

/* feature: C21-022 */
START_TEST(what_the_filters_refuse)
{
	client.servers.count = client.addresses.count = 1;
	client.servers.range[0] = (struct dhcp_range){ip4("192.20.2.2"), ip4("192.20.2.3")};
	client.addresses.range[0] = (struct dhcp_range){ip4("192.20.2.100"), ip4("192.20.2.110")};
	tick();
	ck_assert(answer(DHCP_OFFER, "192.20.2.100", "192.20.2.4"));
	ck_assert_int_eq(step.refused, DHCP_REFUSED_SERVER);
	ck_assert(!step.send);
	ck_assert(answer(DHCP_OFFER, "192.20.2.111", "192.20.2.3"));
	ck_assert_int_eq(step.refused, DHCP_REFUSED_ADDRESS);
	ck_assert_int_eq(client.state, DHCP_SELECTING);
	obtain();
	ck_assert_int_eq(dhcp_client_judge(&client), DHCP_ACCEPTED);
	until_due();
	ck_assert(answer(DHCP_ACK, "192.20.2.100", "192.20.2.4"));
	ck_assert_int_eq(step.refused, DHCP_REFUSED_SERVER);
	ck_assert(answer(DHCP_NAK, "0.0.0.0", "192.20.2.4"));
	ck_assert_int_eq(step.refused, DHCP_REFUSED_SERVER);
	ck_assert_int_eq(client.state, DHCP_RENEWING);
	client.addresses.range[0].first = ip4("192.20.2.101");
	ck_assert_int_eq(dhcp_client_judge(&client), DHCP_REFUSED_ADDRESS);
}
END_TEST

/* feature: C21-022 */
START_TEST(the_address_that_is_preferred)
{
	client.preferred = ip4("192.20.2.105");
	tick();
	ck_assert_uint_eq(step.request.requested, ip4("192.20.2.105"));
}
END_TEST

START_TEST(what_is_not_for_it)
{
	struct dhcp_reply reply;

	tick();
	reply = reply_of(DHCP_OFFER, "192.20.2.100", "192.20.2.2");
	reply.xid++;
	ck_assert(!dhcp_client_reply(&client, &reply, now, 1, &step));
	reply.xid--;
	reply.mac.bytes[5]++;
	ck_assert(!dhcp_client_reply(&client, &reply, now, 1, &step));
	ck_assert(!answer(DHCP_ACK, "192.20.2.100", "192.20.2.2"));
	ck_assert(!answer(DHCP_NAK, "192.20.2.100", "192.20.2.2"));
	ck_assert(answer(DHCP_OFFER, "192.20.2.100", "192.20.2.2"));
	ck_assert(!answer(DHCP_ACK, "192.20.2.101", "192.20.2.2"));
	ck_assert(!answer(DHCP_ACK, "192.20.2.100", "192.20.2.3"));
	ck_assert(!answer(DHCP_OFFER, "192.20.2.102", "192.20.2.3"));
}
END_TEST

START_TEST(the_address_of_before)
{
	dhcp_client_start(&client, ip4("192.20.2.100"), now);
	tick();
	ck_assert_int_eq(client.state, DHCP_REBOOTING);
	ck_assert_int_eq(step.request.type, DHCP_REQUEST);
	ck_assert_uint_eq(step.request.requested, ip4("192.20.2.100"));
	ck_assert_uint_eq(step.request.server, 0);
	ck_assert(answer(DHCP_ACK, "192.20.2.100", "192.20.2.2"));
	ck_assert_int_eq(client.state, DHCP_CHECKING);
	dhcp_client_start(&client, ip4("192.20.2.100"), now);
	tick();
	until_due();
	ck_assert_int_eq(step.request.type, DHCP_DISCOVER);
}
END_TEST

START_TEST(a_lease_is_given_back)
{
	obtain();
	step = (struct dhcp_step){0};
	dhcp_client_release(&client, 99 << 16, &step);
	ck_assert_int_eq(step.request.type, DHCP_RELEASE);
	ck_assert_uint_eq(step.request.source, ip4("192.20.2.100"));
	ck_assert_uint_eq(step.request.destination, ip4("192.20.2.2"));
	ck_assert_uint_eq(step.request.server, ip4("192.20.2.2"));
	ck_assert(step.changed);
	ck_assert_uint_eq(client.lease.address, 0);
	step = (struct dhcp_step){0};
	dhcp_client_release(&client, 1, &step);
	ck_assert(!step.send);
}
END_TEST

/* feature: C22-054 */
START_TEST(the_node_that_takes_over_goes_on)
{
	uint64_t renew;

	obtain();
	renew = client.renew_at;
	dhcp_client_pause(&client);
	now += 100 * SECOND;
	dhcp_client_resume(&client, now);
	tick();
	ck_assert(!step.send);
	ck_assert_uint_eq(client.renew_at, renew);
	until_due();
	ck_assert_uint_eq(now, renew);
	ck_assert_int_eq(client.state, DHCP_RENEWING);
	/* And where it was just asking for more, it asks again at once. */
	dhcp_client_pause(&client);
	dhcp_client_resume(&client, now + SECOND);
	now += SECOND;
	tick();
	ck_assert_uint_eq(step.request.destination, ip4("192.20.2.2"));
}
END_TEST

START_TEST(times_that_a_server_says)
{
	static const struct {
		uint32_t lease, renew, rebind, renews, rebinds;
	} cases[] = {{600, 0, 0, 300, 525},     {600, 100, 200, 100, 200},
	             {600, 700, 800, 300, 525}, {600, 550, 0, 300, 525},
	             {600, 0, 200, 100, 200},   {600, 300, 300, 150, 300},
	             {2, 0, 0, 0, 1},           {1, 0, 0, 0, 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dhcp_reply reply;

		setup();
		tick();
		ck_assert(answer(DHCP_OFFER, "192.20.2.100", "192.20.2.2"));
		reply = reply_of(DHCP_ACK, "192.20.2.100", "192.20.2.2");
		reply.lease.lease_s = cases[i].lease;
		reply.lease.renew_s = cases[i].renew;
		reply.lease.rebind_s = cases[i].rebind;
		ck_assert(dhcp_client_reply(&client, &reply, now, 1, &step));
		until_due();
		now = client.due;
		step = (struct dhcp_step){0};
		dhcp_client_tick(&client, now, 1, &step);
		ck_assert_msg(client.lease.renew_s == cases[i].renews, "%zu: %u", i, client.lease.renew_s);
		ck_assert_msg(client.lease.rebind_s == cases[i].rebinds, "%zu: %u", i, client.lease.rebind_s);
	}
}
END_TEST

START_TEST(a_lease_for_ever)
{
	struct dhcp_reply reply;

	tick();
	ck_assert(answer(DHCP_OFFER, "192.20.2.100", "192.20.2.2"));
	reply = reply_of(DHCP_ACK, "192.20.2.100", "192.20.2.2");
	reply.lease.lease_s = DHCP_FOR_EVER;
	ck_assert(dhcp_client_reply(&client, &reply, now, 1, &step));
	until_due();
	until_due();
	ck_assert_int_eq(client.state, DHCP_BOUND);
	ck_assert_uint_eq(client.ends_at, 0);
	now += 1000000 * SECOND;
	tick();
	ck_assert(!step.send && !step.changed);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, from_nothing_to_an_address);
	tcase_add_test(tests, it_asks_less_and_less_often);
	tcase_add_test(tests, a_server_that_offers_and_is_silent_then);
	tcase_add_test(tests, more_time_of_its_server);
	tcase_add_test(tests, more_time_of_any_server);
	tcase_add_test(tests, the_end_of_a_lease);
	tcase_add_test(tests, a_server_that_says_no);
	tcase_add_test(tests, an_address_that_somebody_has);
	tcase_add_test(tests, what_the_filters_refuse);
	tcase_add_test(tests, the_address_that_is_preferred);
	tcase_add_test(tests, what_is_not_for_it);
	tcase_add_test(tests, the_address_of_before);
	tcase_add_test(tests, a_lease_is_given_back);
	tcase_add_test(tests, the_node_that_takes_over_goes_on);
	tcase_add_test(tests, times_that_a_server_says);
	tcase_add_test(tests, a_lease_for_ever);
}

TEST_MAIN("dhcp_client", add_tests)

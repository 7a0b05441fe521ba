/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/dhcp_client/intercept.h"
#include "datapath/dhcp_client/packet.h"
#include "datapath/dhcp_client/record.h"
#include "lib/testing.h"

#include <arpa/inet.h>
#include <rte_ip.h>
#include <string.h>

#define IP      20
#define MESSAGE 28
#define OPTIONS (MESSAGE + 240)

static const struct mac_address mac = {{0x10, 0, 0, 1, 0, 2}};
static uint8_t packet[700];
static size_t length;
static struct dhcp_reply reply;

static uint32_t ip4(const char *text)
{
	struct in_addr address;

	ck_assert_int_eq(inet_pton(AF_INET, text, &address), 1);
	return address.s_addr;
}

static void put16(size_t at, uint16_t value)
{
	packet[at] = (uint8_t)(value >> 8);
	packet[at + 1] = (uint8_t)value;
}

static void put_option(uint8_t code, const void *value, uint8_t size)
{
	packet[length++] = code;
	packet[length++] = size;
	memcpy(packet + length, value, size);
	length += size;
}

static void put_address(uint8_t code, const char *text)
{
	uint32_t address = ip4(text);

	put_option(code, &address, 4);
}

static void put_seconds(uint8_t code, uint32_t seconds)
{
	uint32_t value = htonl(seconds);

	put_option(code, &value, 4);
}

/* A reply of that type without any more options. */
static void begin(uint8_t type)
{
	const uint32_t from = ip4("192.20.2.2"), to = UINT32_MAX, yours = ip4("192.20.2.100"), xid = htonl(7);

	memset(packet, 0, sizeof(packet));
	packet[0] = 0x45;
	packet[8] = 64;
	packet[9] = 17;
	memcpy(packet + 12, &from, 4);
	memcpy(packet + 16, &to, 4);
	put16(IP, 67);
	put16(IP + 2, 68);
	packet[MESSAGE] = 2;
	packet[MESSAGE + 1] = 1;
	packet[MESSAGE + 2] = 6;
	memcpy(packet + MESSAGE + 4, &xid, 4);
	memcpy(packet + MESSAGE + 16, &yours, 4);
	memcpy(packet + MESSAGE + 28, mac.bytes, 6);
	memcpy(packet + MESSAGE + 236, (uint8_t[]){99, 130, 83, 99}, 4);
	length = OPTIONS;
	put_option(53, &type, 1);
}

/* Lengths and the header's checksum; that of UDP is left out. */
static void end(void)
{
	uint16_t sum;

	packet[length++] = 255;
	put16(2, (uint16_t)length);
	put16(IP + 4, (uint16_t)(length - IP));
	put16(10, 0);
	sum = (uint16_t)~rte_raw_cksum(packet, IP);
	memcpy(packet + 10, &sum, sizeof(sum));
}

static bool heeded(void)
{
	/* Of its very length, so that whoever reads beyond it is seen. */
	uint8_t *exact = malloc(length);
	bool good;

	ck_assert_ptr_nonnull(exact);
	memcpy(exact, packet, length);
	good = dhcp_reply_read(exact, length, &reply);
	free(exact);
	return good;
}

static void offer(void)
{
	begin(DHCP_OFFER);
	put_address(54, "192.20.2.2");
	put_seconds(51, 600);
}

/* feature: C21-021 C21-024 */
START_TEST(what_a_server_offers)
{
	const uint32_t dns[] = {ip4("192.20.2.3"), ip4("192.20.2.4"), ip4("192.20.2.5")};

	offer();
	put_address(1, "255.255.255.0");
	put_address(3, "192.20.2.1");
	put_address(28, "192.20.2.255");
	put_option(6, dns, sizeof(dns));
	put_address(44, "192.20.2.6");
	put_seconds(58, 200);
	put_seconds(59, 400);
	end();
	ck_assert(heeded());
	ck_assert_int_eq(reply.type, DHCP_OFFER);
	ck_assert_uint_eq(reply.xid, 7);
	ck_assert_mem_eq(&reply.mac, &mac, sizeof(mac));
	ck_assert_uint_eq(reply.source, ip4("192.20.2.2"));
	ck_assert_uint_eq(reply.lease.address, ip4("192.20.2.100"));
	ck_assert_uint_eq(reply.lease.server, ip4("192.20.2.2"));
	ck_assert_uint_eq(reply.lease.netmask, ip4("255.255.255.0"));
	ck_assert_uint_eq(reply.lease.router, ip4("192.20.2.1"));
	ck_assert_uint_eq(reply.lease.broadcast, ip4("192.20.2.255"));
	ck_assert_uint_eq(reply.lease.dns[0], dns[0]);
	ck_assert_uint_eq(reply.lease.dns[1], dns[1]);
	ck_assert_uint_eq(reply.lease.nbns[0], ip4("192.20.2.6"));
	ck_assert_uint_eq(reply.lease.nbns[1], 0);
	ck_assert_uint_eq(reply.lease.lease_s, 600);
	ck_assert_uint_eq(reply.lease.renew_s, 200);
	ck_assert_uint_eq(reply.lease.rebind_s, 400);
}
END_TEST

START_TEST(options_in_other_fields)
{
	const uint8_t both = 3, name[] = {3, 4, 192, 20, 2, 1, 255}, file[] = {28, 4, 192, 20, 2, 255, 255};

	offer();
	put_option(52, &both, 1);
	memcpy(packet + MESSAGE + 44, name, sizeof(name));
	memcpy(packet + MESSAGE + 108, file, sizeof(file));
	end();
	ck_assert(heeded());
	ck_assert_uint_eq(reply.lease.router, ip4("192.20.2.1"));
	ck_assert_uint_eq(reply.lease.broadcast, ip4("192.20.2.255"));
	packet[MESSAGE + 44 + 1] = 200; /* runs over the field's end */
	ck_assert(!heeded());
}
END_TEST

/* Each byte of a good reply that is changed makes it none that is heeded. */
START_TEST(what_is_not_to_be_heeded)
{
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {{0, 0x46},           {9, 6},
	               {10, 0x77},          {IP + 1, 66},
	               {IP + 3, 67},        {IP + 4, 8},
	               {IP + 6, 0x12},      {MESSAGE, 1},
	               {MESSAGE + 1, 6},    {MESSAGE + 2, 7},
	               {MESSAGE + 236, 98}, {MESSAGE + 16, 127},
	               {OPTIONS, 54},       {OPTIONS + 2, DHCP_DISCOVER},
	               {OPTIONS + 4, 9},    {OPTIONS + 10, 53}};

	offer();
	end();
	ck_assert(heeded());
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		uint8_t right = packet[changes[i].at];

		packet[changes[i].at] = changes[i].value;
		ck_assert_msg(!heeded(), "byte %zu", changes[i].at);
		packet[changes[i].at] = right;
	}
	for (size_t whole = length; --length > 0; ck_assert(whole > length))
		ck_assert_msg(!heeded(), "%zu bytes of %zu", length, whole);
}
END_TEST

START_TEST(a_server_that_is_none)
{
	static const char *const sources[] = {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"};

	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		uint32_t source = ip4(sources[i]);

		offer();
		memcpy(packet + 12, &source, 4);
		end();
		ck_assert_msg(!heeded(), "%s", sources[i]);
	}
}
END_TEST

START_TEST(a_denial_has_nothing_but_its_type)
{
	begin(DHCP_NAK);
	memset(packet + MESSAGE + 16, 0, 4);
	end();
	ck_assert(heeded());
	ck_assert_int_eq(reply.type, DHCP_NAK);
}
END_TEST

/* feature: C21-021 C22-054 */
START_TEST(what_a_client_says)
{
	static const struct mac_address identifier = {{0x10, 0, 0, 1, 0, 9}};
	struct dhcp_request request = {.type = DHCP_REQUEST,
	                               .xid = 0x01020304,
	                               .elapsed_s = 5,
	                               .mac = mac,
	                               .identifier = identifier,
	                               .destination = UINT32_MAX,
	                               .requested = ip4("192.20.2.100"),
	                               .server = ip4("192.20.2.2")};
	static const uint8_t id[] = {61, 7, 1, 0x10, 0, 0, 1, 0, 9}, asked[] = {50, 4, 192, 20, 2, 100},
	                     server[] = {54, 4, 192, 20, 2, 2}, type[] = {53, 1, 3};
	uint8_t out[DHCP_PACKET_MAX];

	ck_assert_uint_eq(dhcp_request_write(&request, out), DHCP_PACKET_MAX);
	ck_assert_uint_eq(rte_raw_cksum(out, IP), 0xffff);
	ck_assert_int_eq(rte_ipv4_udptcp_cksum_verify((const struct rte_ipv4_hdr *)out, out + IP), 0);
	ck_assert_uint_eq(out[MESSAGE + 10], 0x80); /* answers by broadcast: it has no address */
	ck_assert_mem_eq(out + MESSAGE + 4, "\1\2\3\4", 4);
	ck_assert_mem_eq(out + MESSAGE + 28, &mac, sizeof(mac));
	ck_assert_ptr_nonnull(memmem(out + OPTIONS, sizeof(out) - OPTIONS, type, sizeof(type)));
	ck_assert_ptr_nonnull(memmem(out + OPTIONS, sizeof(out) - OPTIONS, id, sizeof(id)));
	ck_assert_ptr_nonnull(memmem(out + OPTIONS, sizeof(out) - OPTIONS, asked, sizeof(asked)));
	ck_assert_ptr_nonnull(memmem(out + OPTIONS, sizeof(out) - OPTIONS, server, sizeof(server)));
	request.source = ip4("192.20.2.100");
	dhcp_request_write(&request, out);
	ck_assert_uint_eq(out[MESSAGE + 10], 0);
	ck_assert_mem_eq(out + MESSAGE + 12, &request.source, 4);
	ck_assert_mem_eq(out + 12, &request.source, 4);
}
END_TEST

/* feature: C21-021 */
START_TEST(which_packets_are_the_clients)
{
	const uint32_t own = ip4("192.20.2.100"), other = ip4("192.20.2.101");

	offer();
	end();
	ck_assert(!dhcp_intercept_packet(3, packet, length));
	atomic_store(&dhcp_intercept.client[1], (uint64_t)3 << 32 | own);
	atomic_store(&dhcp_intercept.count, 2);
	ck_assert(dhcp_intercept_packet(3, packet, length));
	ck_assert(!dhcp_intercept_packet(4, packet, length));
	ck_assert(!dhcp_intercept_packet(3, packet, IP + 7));
	memcpy(packet + 16, &own, 4);
	ck_assert(dhcp_intercept_packet(3, packet, length));
	memcpy(packet + 16, &other, 4);
	ck_assert(!dhcp_intercept_packet(3, packet, length));
	memcpy(packet + 16, &own, 4);
	packet[IP + 1] = 66;
	ck_assert(!dhcp_intercept_packet(3, packet, length));
	atomic_store(&dhcp_intercept.count, 0);
}
END_TEST

/* feature: C22-054 */
START_TEST(a_lease_goes_to_the_peer_and_back)
{
	const uint64_t second = 1000000000ULL, now = 5000 * second, later = 77 * second;
	struct dhcp_client client = {.state = DHCP_RENEWING, .since = now - 9 * second}, taken = {.xid = 1};
	struct dhcp_client_record record, read;

	client.lease = (struct dhcp_lease){.address = ip4("192.20.2.100"),
	                                   .netmask = ip4("255.255.255.0"),
	                                   .router = ip4("192.20.2.1"),
	                                   .server = ip4("192.20.2.2"),
	                                   .dns = {ip4("192.20.2.3")},
	                                   .lease_s = 600,
	                                   .renew_s = 300,
	                                   .rebind_s = 525};
	client.renew_at = now + 30 * second;
	client.rebind_at = now + 255 * second;
	client.ends_at = now + 330 * second;
	dhcp_record_put(&record, 2, &client, now);
	ck_assert(dhcp_record_read(&record, sizeof(record), &read));
	dhcp_record_take(&read, &taken, later);
	ck_assert_mem_eq(&taken.lease, &client.lease, sizeof(taken.lease));
	ck_assert_int_eq(taken.state, DHCP_BOUND);
	ck_assert_uint_eq(taken.renew_at, later + 30 * second);
	ck_assert_uint_eq(taken.due, taken.renew_at);
	ck_assert_uint_eq(taken.rebind_at, later + 255 * second);
	ck_assert_uint_eq(taken.ends_at, later + 330 * second);
	ck_assert_uint_eq(taken.since, later - 9 * second);
	client.renew_at = client.rebind_at = client.ends_at = 0;
	dhcp_record_put(&record, 2, &client, now);
	ck_assert(dhcp_record_read(&record, sizeof(record), &read));
	dhcp_record_take(&read, &taken, later);
	ck_assert_uint_eq(taken.ends_at, 0);
	ck_assert(!dhcp_record_read(&record, sizeof(record) - 1, &read));
	record.rebind_ms = 1;
	ck_assert(!dhcp_record_read(&record, sizeof(record), &read));
	record.rebind_ms = UINT64_MAX;
	record.netmask = ip4("255.0.255.0");
	ck_assert(!dhcp_record_read(&record, sizeof(record), &read));
	record.netmask = 0;
	record.address = ip4("127.0.0.1");
	ck_assert(!dhcp_record_read(&record, sizeof(record), &read));
	record.address = ip4("192.20.2.100");
	record.interface = 0;
	ck_assert(!dhcp_record_read(&record, sizeof(record), &read));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, what_a_server_offers);
	tcase_add_test(tests, options_in_other_fields);
	tcase_add_test(tests, what_is_not_to_be_heeded);
	tcase_add_test(tests, a_server_that_is_none);
	tcase_add_test(tests, a_denial_has_nothing_but_its_type);
	tcase_add_test(tests, what_a_client_says);
	tcase_add_test(tests, which_packets_are_the_clients);
	tcase_add_test(tests, a_lease_goes_to_the_peer_and_back);
}

TEST_MAIN("dhcp_packet", add_tests)

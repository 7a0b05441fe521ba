/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/tcp/mss.h"
#include "datapath/tcp/packet.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

START_TEST(sizes_keep_to_the_settings_and_the_links)
{
	struct policy_tcp_settings settings = {.mss_min = 100,
	                                       .mss_low = POLICY_MSS_DROP,
	                                       .mss_max = 1460,
	                                       .mss_high = POLICY_MSS_ADJUST,
	                                       .clamp = 1};

	ck_assert_uint_eq(tcp_mss_allowed(&settings, 1460, 1500, false), 1460);
	ck_assert_uint_eq(tcp_mss_allowed(&settings, 8960, 9000, false), 1460);
	ck_assert_uint_eq(tcp_mss_allowed(&settings, 1460, 1400, false), 1360);
	ck_assert_uint_eq(tcp_mss_allowed(&settings, 1460, 1400, true), 1340);
	ck_assert_uint_eq(tcp_mss_allowed(&settings, 536, 1400, false), 536);
	ck_assert_uint_eq(tcp_mss_allowed(&settings, 99, 1500, false), 0);
	settings.mss_low = POLICY_MSS_ADJUST;
	ck_assert_uint_eq(tcp_mss_allowed(&settings, 99, 1500, false), 100);
	settings.mss_max = 8960;
	ck_assert_uint_eq(tcp_mss_allowed(&settings, 8960, 9000, false), 8960);
	settings.mss_high = POLICY_MSS_DROP;
	ck_assert_uint_eq(tcp_mss_allowed(&settings, 9000, 9100, false), 0);
	settings.mss_high = settings.mss_low = POLICY_MSS_IGNORE;
	settings.clamp = 0;
	ck_assert_uint_eq(tcp_mss_allowed(&settings, 9000, 1500, false), 9000);
	ck_assert_uint_eq(tcp_mss_allowed(&settings, 1, 1500, false), 1);
}
END_TEST

/* A SYN with its options from that place on; its checksum is right before and after. */
static void write_at(uint8_t before, uint16_t mss)
{
	struct rte_mbuf *mbuf = fixture_tcp(CLIENT, 4000, SERVER, 80, RTE_TCP_SYN_FLAG, 8);
	struct rte_ipv4_hdr *ip = fixture_header(mbuf);
	struct rte_tcp_hdr *tcp = (struct rte_tcp_hdr *)(ip + 1);
	uint8_t *option = (uint8_t *)(tcp + 1);
	struct tcp_options options;

	memset(option, TCP_OPTION_NOTHING, 8);
	memcpy(option + before, (const uint8_t[]){TCP_OPTION_MSS, 4, 0x23, 0x00}, 4);
	tcp->data_off = (sizeof(*tcp) + 8) / 4 << 4;
	tcp->cksum = 0;
	tcp->cksum = rte_ipv4_udptcp_cksum(ip, tcp);
	ck_assert(tcp_options_parse((const uint8_t *)tcp, sizeof(*tcp) + 8, true, &options));
	tcp_mss_write(tcp, &options, mss);
	ck_assert(tcp_options_parse((const uint8_t *)tcp, sizeof(*tcp) + 8, true, &options));
	ck_assert_uint_eq(options.mss, mss);
	ck_assert_int_eq(rte_ipv4_udptcp_cksum_verify(ip, tcp), 0);
	rte_pktmbuf_free(mbuf);
}

START_TEST(the_checksum_stays_right_wherever_the_option_stands)
{
	for (uint8_t before = 0; before <= 4; before++)
		for (uint32_t mss = 1; mss < 65536; mss += 257)
			write_at(before, (uint16_t)mss);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_setup, NULL);
	tcase_add_test(tests, sizes_keep_to_the_settings_and_the_links);
	tcase_add_test(tests, the_checksum_stays_right_wherever_the_option_stands);
}

TEST_MAIN("tcp_mss", add_tests)

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/tcp/mss.h"

#include "datapath/nat/nat.h"

#define HEADERS_IPV4 40 /* without options, which do not count (RFC 6691) */
#define HEADERS_IPV6 60

uint16_t tcp_mss_allowed(const struct policy_tcp_settings *settings, uint16_t mss, uint16_t mtu, bool ipv6)
{
	uint16_t headers = ipv6 ? HEADERS_IPV6 : HEADERS_IPV4;
	uint16_t carried = mtu > headers ? mtu - headers : 1;

	if (settings->mss_min && mss < settings->mss_min) {
		if (settings->mss_low == POLICY_MSS_DROP)
			return 0;
		if (settings->mss_low == POLICY_MSS_ADJUST)
			mss = settings->mss_min;
	}
	if (settings->mss_max && mss > settings->mss_max) {
		if (settings->mss_high == POLICY_MSS_DROP)
			return 0;
		if (settings->mss_high == POLICY_MSS_ADJUST)
			mss = settings->mss_max;
	}
	return settings->clamp && mss > carried ? carried : mss;
}

void tcp_mss_write(struct rte_tcp_hdr *tcp, const struct tcp_options *options, uint16_t mss)
{
	uint16_t before, after = rte_cpu_to_be_16(mss);
	uint8_t *value = (uint8_t *)tcp + options->mss_at;

	memcpy(&before, value, sizeof(before));
	memcpy(value, &after, sizeof(after));
	/* The sum is of words from the header on. */
	if (options->mss_at & 1) {
		before = __builtin_bswap16(before);
		after = __builtin_bswap16(after);
	}
	tcp->cksum = nat_checksum(tcp->cksum, (uint32_t)after + (uint16_t)~before);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/eth/ethernet.h"
#include "datapath/ipv4/ipv4_classify.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the quick look finds good is good, and it finds the same. */
static void check_plain(const uint8_t *ip, uint32_t length)
{
	uint16_t total = 0, quick_total;
	struct parsed parsed, quick;

	if (!ipv4_parse_plain(ip, length, 1, &quick, &quick_total))
		return;
	if (ipv4_parse(ip, length, length, 1, &parsed, &total) != COUNTER_COUNT ||
	    !flow_key_equal(&parsed.key, &quick.key) || quick.hash != flow_hash(&parsed.key) ||
	    parsed.payload_length != quick.payload_length || parsed.tcp_flags != quick.tcp_flags ||
	    parsed.flags != quick.flags || total != quick_total)
		abort();
}

/* A frame as a port hands it over, cut short anywhere; its checksum is mended so that what is behind it is
 * reached. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *frame = malloc(size ? size : 1);
	enum counter reason;
	bool shared;

	if (!frame)
		return 0;
	memcpy(frame, data, size);
	if (ethernet_judge(frame, size, 0x010203040506, 0x010203040507, size & 1, &shared, &reason) ==
	    ETHERNET_IPV4) {
		uint8_t *ip = frame + RTE_ETHER_HDR_LEN;
		uint32_t length = size - RTE_ETHER_HDR_LEN;
		struct parsed parsed;
		uint16_t total = 0;

		if (length >= sizeof(struct rte_ipv4_hdr)) {
			struct rte_ipv4_hdr header;

			memcpy(&header, ip, sizeof(header));
			header.hdr_checksum = 0;
			header.hdr_checksum = ~rte_raw_cksum(&header, sizeof(header));
			memcpy(ip, &header, sizeof(header));
		}
		check_plain(ip, length);
		reason = ipv4_parse(ip, length, length, 1, &parsed, &total);
		if (reason == COUNTER_COUNT && (total > length || parsed.payload_length > total))
			abort();
	}
	free(frame);
	return 0;
}

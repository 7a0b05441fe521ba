/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fuzz/checksum.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read and has a MAC can be written, and then says the same. */
static void check(const uint8_t *ip, size_t length)
{
	uint8_t frame[ND_FRAME_LENGTH];
	struct nd_packet packet, again;

	if (!nd_parse(ip, length, &packet) || !packet.has_mac)
		return;
	nd_build(&packet, &packet.mac, frame);
	if (!nd_parse(frame + 14, sizeof(frame) - 14, &again) || again.type != packet.type ||
	    memcmp(again.source, packet.source, sizeof(packet.source)) != 0 ||
	    memcmp(again.destination, packet.destination, sizeof(packet.destination)) != 0 ||
	    memcmp(again.target, packet.target, sizeof(packet.target)) != 0 || !again.has_mac ||
	    memcmp(&again.mac, &packet.mac, sizeof(packet.mac)) != 0)
		__builtin_trap();
	if (packet.type == ND_ADVERTISEMENT &&
	    (again.router != packet.router || again.solicited != packet.solicited ||
	     again.override != packet.override))
		__builtin_trap();
}

/* Whatever arrives as ICMPv6 of Neighbour Discovery. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *right = with_checksum(data, size);

	check(data, size);
	if (right)
		check(right, size);
	free(right);
	return 0;
}

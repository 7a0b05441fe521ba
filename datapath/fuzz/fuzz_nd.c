/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/nd/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever arrives as ICMPv6 of Neighbour Discovery. What is read and has a MAC can be written and read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t frame[ND_FRAME_LENGTH];
	struct nd_packet packet;

	if (!nd_parse(data, size, &packet) || !packet.has_mac)
		return 0;
	nd_build(&packet, &packet.mac, frame);
	if (!nd_parse(frame + 14, sizeof(frame) - 14, &packet))
		__builtin_trap();
	return 0;
}

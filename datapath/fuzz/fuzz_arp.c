/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/packet.h"
#include "datapath/arp/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever arrives as EtherType 0x0806, and as a neighbour record of the peer's. What is read can be written
 * and read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t frame[ARP_FRAME_LENGTH];
	struct neighbour_record record;
	struct arp_packet packet;

	neighbour_record_read(data, size, &record);
	if (!arp_parse(data, size, &packet))
		return 0;
	arp_build(&packet, &arp_broadcast, frame);
	if (!arp_parse(frame, sizeof(frame), &packet))
		__builtin_trap();
	return 0;
}

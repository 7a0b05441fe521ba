/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/packet.h"

#include <string.h>

/* Offsets in the frame. */
enum {
	DESTINATION = 0,
	SOURCE = 6,
	ETHERTYPE = 12,
	HARDWARE = 14,
	PROTOCOL = 16,
	HARDWARE_LENGTH = 18,
	PROTOCOL_LENGTH = 19,
	OPERATION = 20,
	SENDER_MAC = 22,
	SENDER = 28,
	TARGET_MAC = 32,
	TARGET = 38,
};

#define HARDWARE_ETHERNET 1
#define ETHERTYPE_IPV4    0x0800
#define ETHERTYPE_ARP     0x0806

const struct mac_address arp_broadcast = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

static uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void put16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

/* Unicast, and not of the networks 0 and 127. */
static bool host_address(const uint8_t *address)
{
	return address[0] != 0 && address[0] != 127 && address[0] < 224;
}

static bool unspecified(const uint8_t *address)
{
	return (address[0] | address[1] | address[2] | address[3]) == 0;
}

bool arp_parse(const uint8_t *frame, size_t length, struct arp_packet *out)
{
	struct arp_packet packet;
	uint16_t operation;

	if (length < ARP_FRAME_LENGTH || get16(frame + ETHERTYPE) != ETHERTYPE_ARP)
		return false;
	if (get16(frame + HARDWARE) != HARDWARE_ETHERNET || get16(frame + PROTOCOL) != ETHERTYPE_IPV4 ||
	    frame[HARDWARE_LENGTH] != 6 || frame[PROTOCOL_LENGTH] != 4)
		return false;
	operation = get16(frame + OPERATION);
	if (operation != ARP_REQUEST && operation != ARP_REPLY)
		return false;
	if (memcmp(frame + SENDER_MAC, frame + SOURCE, 6) != 0 || frame[SENDER_MAC] & 1)
		return false;
	if (!host_address(frame + SENDER) && !(operation == ARP_REQUEST && unspecified(frame + SENDER)))
		return false;
	packet.operation = operation;
	memcpy(packet.sender_mac.bytes, frame + SENDER_MAC, 6);
	memcpy(packet.target_mac.bytes, frame + TARGET_MAC, 6);
	memcpy(&packet.sender, frame + SENDER, 4);
	memcpy(&packet.target, frame + TARGET, 4);
	if (mac_address_is_zero(&packet.sender_mac))
		return false;
	*out = packet;
	return true;
}

void arp_build(const struct arp_packet *packet, const struct mac_address *destination,
               uint8_t frame[ARP_FRAME_LENGTH])
{
	memcpy(frame + DESTINATION, destination->bytes, 6);
	memcpy(frame + SOURCE, packet->sender_mac.bytes, 6);
	put16(frame + ETHERTYPE, ETHERTYPE_ARP);
	put16(frame + HARDWARE, HARDWARE_ETHERNET);
	put16(frame + PROTOCOL, ETHERTYPE_IPV4);
	frame[HARDWARE_LENGTH] = 6;
	frame[PROTOCOL_LENGTH] = 4;
	put16(frame + OPERATION, packet->operation);
	memcpy(frame + SENDER_MAC, packet->sender_mac.bytes, 6);
	memcpy(frame + SENDER, &packet->sender, 4);
	memcpy(frame + TARGET_MAC, packet->target_mac.bytes, 6);
	memcpy(frame + TARGET, &packet->target, 4);
}

void arp_set_source(uint8_t frame[ARP_FRAME_LENGTH], const struct mac_address *source)
{
	memcpy(frame + SOURCE, source->bytes, 6);
}

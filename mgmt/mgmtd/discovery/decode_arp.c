/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/address.h"
#include "mgmt/mgmtd/discovery/decode.h"

#include <string.h>

/* Offsets in the frame. */
#define OPERATION  20
#define SENDER_MAC 22
#define SENDER     28
#define TARGET_MAC 32
#define TARGET     38
#define LENGTH     42

static const char *address_at(const uint8_t *bytes, char text[IP_ADDRESS_TEXT])
{
	struct ip_address value = {.version = 4};

	memcpy(value.bytes, bytes, 4);
	return ip_address_format(&value, text);
}

static const char *mac_at(const uint8_t *bytes, char text[MAC_ADDRESS_TEXT])
{
	struct mac_address value;

	memcpy(value.bytes, bytes, sizeof(value.bytes));
	return mac_address_format(&value, ':', text);
}

void arp_decode(const uint8_t *frame, size_t length, FILE *out)
{
	char sender[IP_ADDRESS_TEXT], target[IP_ADDRESS_TEXT], mac[MAC_ADDRESS_TEXT], other[MAC_ADDRESS_TEXT];
	unsigned operation;

	if (length < LENGTH) {
		fputs("ARP (cut short)\n", out);
		return;
	}
	operation = (unsigned)frame[OPERATION] << 8 | frame[OPERATION + 1];
	address_at(frame + SENDER, sender);
	address_at(frame + TARGET, target);
	mac_at(frame + SENDER_MAC, mac);
	if (operation == 1 && !memcmp(frame + SENDER, frame + TARGET, 4))
		fprintf(out, "ARP Announcement %s is at %s\n", sender, mac);
	else if (operation == 1)
		fprintf(out, "ARP Request who has %s tell %s at %s\n", target, sender, mac);
	else if (operation == 2)
		fprintf(out, "ARP Reply %s is at %s, to %s at %s\n", sender, mac, target,
		        mac_at(frame + TARGET_MAC, other));
	else
		fprintf(out, "ARP operation %u from %s at %s\n", operation, sender, mac);
}

const char *arp_state_name(uint8_t state)
{
	static const char *const names[] = {"None", "Reslvng", "Unknown", "Dynamic", "Probing", "Static"};

	return state < sizeof(names) / sizeof(*names) ? names[state] : "?";
}

void arp_print_state(const struct discovery_state *state, FILE *out)
{
	char address[IP_ADDRESS_TEXT], mac[MAC_ADDRESS_TEXT];

	fprintf(out, "%s %s -> %s", ip_address_format(&state->address, address),
	        arp_state_name(state->before), arp_state_name(state->after));
	if (mac_address_is_zero(&state->mac))
		fputc('\n', out);
	else
		fprintf(out, " (%s)\n", mac_address_format(&state->mac, ':', mac));
}

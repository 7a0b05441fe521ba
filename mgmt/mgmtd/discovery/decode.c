/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/discovery/decode.h"
#include "lib/address.h"

#include <string.h>

#define HEADER_LENGTH 40
#define ADVERTISEMENT 134
#define OPTION_UNIT   8

static uint32_t number(const uint8_t *at, size_t bytes)
{
	uint32_t value = 0;

	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | at[i];
	return value;
}

static const char *address(const uint8_t *bytes, char text[IP_ADDRESS_TEXT])
{
	struct ip_address value = {.version = 6};

	memcpy(value.bytes, bytes, sizeof(value.bytes));
	return ip_address_format(&value, text);
}

static void print_lifetime(const char *name, uint32_t seconds, FILE *out)
{
	if (seconds == UINT32_MAX)
		fprintf(out, " %s=infinite", name);
	else
		fprintf(out, " %s=%us", name, seconds);
}

static void print_prefix(const uint8_t *option, FILE *out)
{
	char text[IP_ADDRESS_TEXT];

	fprintf(out, "    Prefix %s/%u%s%s", address(option + 16, text), option[2],
	        option[3] & 0x80 ? " on-link" : "", option[3] & 0x40 ? " autonomous" : "");
	print_lifetime("Valid", number(option + 4, 4), out);
	print_lifetime("Preferred", number(option + 8, 4), out);
	fputc('\n', out);
}

static void print_servers(const uint8_t *option, size_t length, FILE *out)
{
	char text[IP_ADDRESS_TEXT];

	fputs("    DNS servers", out);
	for (size_t at = 8; at + 16 <= length; at += 16)
		fprintf(out, " %s", address(option + at, text));
	print_lifetime("Lifetime", number(option + 4, 4), out);
	fputc('\n', out);
}

static void print_option(const uint8_t *option, size_t length, FILE *out)
{
	struct mac_address mac;
	char text[MAC_ADDRESS_TEXT];

	if (option[0] == 1) {
		memcpy(mac.bytes, option + 2, sizeof(mac.bytes));
		fprintf(out, "    Source MAC %s\n", mac_address_format(&mac, ':', text));
	} else if (option[0] == 3 && length == 32) {
		print_prefix(option, out);
	} else if (option[0] == 5) {
		fprintf(out, "    MTU %u\n", number(option + 4, 4));
	} else if (option[0] == 25 && length >= 24) {
		print_servers(option, length, out);
	} else {
		fprintf(out, "    Option %u, %zu bytes\n", option[0], length);
	}
}

static void print_options(const uint8_t *options, size_t length, FILE *out)
{
	for (size_t at = 0; at < length;) {
		size_t option = length - at < 2 ? 0 : options[at + 1] * (size_t)OPTION_UNIT;

		if (option == 0 || option > length - at) {
			fputs("    (malformed options)\n", out);
			return;
		}
		print_option(options + at, option, out);
		at += option;
	}
}

void discovery_decode(const uint8_t *ip, size_t length, FILE *out)
{
	char source[IP_ADDRESS_TEXT], destination[IP_ADDRESS_TEXT];
	const uint8_t *message = ip + HEADER_LENGTH;
	size_t fixed;

	if (length < HEADER_LENGTH + 8) {
		fputs("(cut short)\n", out);
		return;
	}
	length -= HEADER_LENGTH;
	fixed = message[0] == ADVERTISEMENT ? 16 : 8;
	fprintf(out, "Router %s %s -> %s", message[0] == ADVERTISEMENT ? "Advertisement" : "Solicitation",
	        address(ip + 8, source), address(ip + 24, destination));
	if (length < fixed) {
		fputs(" (cut short)\n", out);
		return;
	}
	if (message[0] == ADVERTISEMENT)
		fprintf(out, " HopLimit=%u Lifetime=%us Reachable=%ums Retransmit=%ums%s%s", message[4],
		        number(message + 6, 2), number(message + 8, 4), number(message + 12, 4),
		        message[5] & 0x80 ? " managed" : "", message[5] & 0x40 ? " other" : "");
	fputc('\n', out);
	print_options(message + fixed, length - fixed, out);
}

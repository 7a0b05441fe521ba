/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/radius/attribute.h"

#include <string.h>

/* Appends text behind a separator where there is some already. */
static void join(char *text, size_t size, char separator, const uint8_t *value, size_t length)
{
	size_t at = strlen(text);

	if (at + 1 + length + 1 > size)
		return;
	if (at)
		text[at++] = separator;
	for (size_t i = 0; i < length; i++)
		text[at++] = value[i] >= 0x20 && value[i] != 0x7f ? (char)value[i] : '?';
	text[at] = 0;
}

/* RFC 2865, 5.26: the vendor, and attributes of its own behind. */
static void take_vendor(const uint8_t *value, size_t length, struct radius_answer *answer)
{
	uint32_t vendor;

	if (length < 4)
		return;
	vendor = (uint32_t)value[0] << 24 | (uint32_t)value[1] << 16 | (uint32_t)value[2] << 8 | value[3];
	for (size_t at = 4; vendor == RADIUS_VENDOR && length - at >= 2; at += value[at + 1]) {
		if (value[at + 1] < 2 || value[at + 1] > length - at)
			return;
		if (value[at] == RADIUS_VENDOR_USER_GROUP && value[at + 1] > 2)
			join(answer->groups, sizeof(answer->groups), ',', value + at + 2,
			     (size_t)value[at + 1] - 2);
	}
}

void attribute_take(uint8_t type, const uint8_t *value, size_t length, struct radius_answer *answer)
{
	if (type == RADIUS_REPLY_MESSAGE) {
		join(answer->text, sizeof(answer->text), '\n', value, length);
	} else if (type == RADIUS_VENDOR_SPECIFIC) {
		take_vendor(value, length, answer);
	} else if (type == RADIUS_PROMPT) {
		answer->echo = length == 4 && value[3] == 1;
	} else if (type == RADIUS_STATE && length && length <= sizeof(answer->state)) {
		memcpy(answer->state, value, length);
		answer->state_length = length;
	}
}

static const struct {
	enum radius_attribute type;
	const char *name;
	enum { HIDDEN, TEXT, ADDRESS, NUMBER } kind;
} attributes[] = {
    {RADIUS_USER_NAME, "User-Name", TEXT},
    {RADIUS_USER_PASSWORD, "User-Password", HIDDEN},
    {RADIUS_CHAP_PASSWORD, "CHAP-Password", HIDDEN},
    {RADIUS_NAS_IP_ADDRESS, "NAS-IP-Address", ADDRESS},
    {RADIUS_REPLY_MESSAGE, "Reply-Message", TEXT},
    {RADIUS_STATE, "State", HIDDEN},
    {RADIUS_CALLING_STATION_ID, "Calling-Station-Id", TEXT},
    {RADIUS_NAS_IDENTIFIER, "NAS-Identifier", TEXT},
    {RADIUS_CHAP_CHALLENGE, "CHAP-Challenge", HIDDEN},
    {RADIUS_NAS_PORT_TYPE, "NAS-Port-Type", NUMBER},
    {RADIUS_PROMPT, "Prompt", NUMBER},
    {RADIUS_MESSAGE_AUTHENTICATOR, "Message-Authenticator", HIDDEN},
    {RADIUS_NAS_IPV6_ADDRESS, "NAS-IPv6-Address", ADDRESS},
};

static void print_text(const uint8_t *value, size_t length, FILE *out)
{
	char text[RADIUS_ATTRIBUTE_MAX + 1] = "";

	join(text, sizeof(text), 0, value, length);
	fprintf(out, "\"%s\"", text);
}

static void print_address(const uint8_t *value, size_t length, FILE *out)
{
	struct ip_address address = {.version = length == 4 ? 4 : 6};
	char text[IP_ADDRESS_TEXT];

	if (length != 4 && length != sizeof(address.bytes))
		return;
	memcpy(address.bytes, value, length);
	fputs(ip_address_format(&address, text), out);
}

static void print_known(size_t known, const uint8_t *value, size_t length, FILE *out)
{
	fprintf(out, "    %s = ", attributes[known].name);
	if (attributes[known].kind == TEXT)
		print_text(value, length, out);
	else if (attributes[known].kind == ADDRESS)
		print_address(value, length, out);
	else if (attributes[known].kind == NUMBER && length == 4)
		fprintf(out, "%u", value[3]);
	else
		fprintf(out, "(%zu bytes)", length);
	fputc('\n', out);
}

void attribute_print(uint8_t type, const uint8_t *value, size_t length, FILE *out)
{
	struct radius_answer answer = {0};

	for (size_t i = 0; i < sizeof(attributes) / sizeof(*attributes); i++) {
		if ((uint8_t)attributes[i].type == type) {
			print_known(i, value, length, out);
			return;
		}
	}
	attribute_take(type, value, length, &answer);
	if (*answer.groups)
		fprintf(out, "    Clavister-User-Group = \"%s\"\n", answer.groups);
	else
		fprintf(out, "    Attribute %u (%zu bytes)\n", type, length);
}

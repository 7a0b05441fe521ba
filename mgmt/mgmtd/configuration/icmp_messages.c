/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/icmp_messages.h"

#include "mgmt/mgmtd/configuration/value.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define CODES_MAX 8

static const struct named_type {
	const char *name;
	uint8_t version, type;
	const char *codes[CODES_MAX]; /* from 0 on */
} types[] = {
    {"EchoReply", 4, 0, {NULL}},
    {"DestinationUnreachable",
     4,
     3,
     {"NetUnreachable", "HostUnreachable", "ProtocolUnreachable", "PortUnreachable", "CannotFragment",
      "SourceRouteFailed"}},
    {"SourceQuenching", 4, 4, {NULL}},
    {"Redirect", 4, 5, {"Network", "Host", "ServiceAndNetwork", "ServiceAndHost"}},
    {"EchoRequest", 4, 8, {NULL}},
    {"RouterAdvertisement", 4, 9, {NULL}},
    {"RouterSolicitation", 4, 10, {NULL}},
    {"TimeExceeded", 4, 11, {"InTransit", "Reassembly"}},
    {"ParameterProblem", 4, 12, {NULL}},
    {"Timestamp", 4, 13, {NULL}},
    {"TimestampReply", 4, 14, {NULL}},
    {"InformationRequest", 4, 15, {NULL}},
    {"InformationReply", 4, 16, {NULL}},
    {"AddressMaskRequest", 4, 17, {NULL}},
    {"AddressMaskReply", 4, 18, {NULL}},
    {"DestinationUnreachable",
     6,
     1,
     {"NoRoute", "Prohibited", "BeyondScope", "AddressUnreachable", "PortUnreachable", "SourcePolicy",
      "RejectRoute"}},
    {"PacketTooBig", 6, 2, {NULL}},
    {"TimeExceeded", 6, 3, {"InTransit", "Reassembly"}},
    {"ParameterProblem", 6, 4, {NULL}},
    {"EchoRequest", 6, 128, {NULL}},
    {"EchoReply", 6, 129, {NULL}},
};

static const struct named_type *type_named(const char *name, unsigned version)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].version == version && !strcmp(types[i].name, name))
			return &types[i];
	return NULL;
}

static int read_range(const char *text, uint8_t *first, uint8_t *last)
{
	unsigned low, high;

	if (number_range_parse(text, UINT8_MAX, &low, &high))
		return -EINVAL;
	*first = (uint8_t)low;
	*last = (uint8_t)high;
	return 0;
}

static int read_codes(const struct named_type *type, const char *text, struct icmp_messages *out)
{
	for (uint8_t i = 0; type && i < CODES_MAX && type->codes[i]; i++)
		if (!strcmp(type->codes[i], text)) {
			out->code_first = out->code_last = i;
			return 0;
		}
	return read_range(text, &out->code_first, &out->code_last);
}

int icmp_messages_parse(const char *text, unsigned version, struct icmp_messages *out)
{
	const char *colon = strchr(text, ':');
	const struct named_type *type;
	char name[32];

	*out = (struct icmp_messages){.type_last = UINT8_MAX, .code_last = UINT8_MAX};
	if (snprintf(name, sizeof(name), "%.*s", colon ? (int)(colon - text) : (int)sizeof(name), text) >=
	    (int)sizeof(name))
		return -EINVAL;
	type = type_named(name, version);
	if (type)
		out->type_first = out->type_last = type->type;
	else if (read_range(name, &out->type_first, &out->type_last))
		return -EINVAL;
	return colon ? read_codes(type, colon + 1, out) : 0;
}

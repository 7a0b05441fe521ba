/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/capture/filter_options.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/configuration/value.h"

#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum kind { KIND_PROTOCOL, KIND_PORT, KIND_ADDRESS, KIND_MAC };

static const struct {
	const char *name;
	enum kind kind;
	enum capture_side side;
} options[] = {
    {"proto", KIND_PROTOCOL, CAPTURE_EITHER},
    {"port", KIND_PORT, CAPTURE_EITHER},
    {"portsrc", KIND_PORT, CAPTURE_SOURCE},
    {"portdest", KIND_PORT, CAPTURE_DESTINATION},
    {"protocol", KIND_PROTOCOL, CAPTURE_EITHER},
    {"srcport", KIND_PORT, CAPTURE_SOURCE},
    {"destport", KIND_PORT, CAPTURE_DESTINATION},
    {"srcip", KIND_ADDRESS, CAPTURE_SOURCE},
    {"destip", KIND_ADDRESS, CAPTURE_DESTINATION},
    {"ip", KIND_ADDRESS, CAPTURE_EITHER},
    {"ipsrc", KIND_ADDRESS, CAPTURE_SOURCE},
    {"ipdest", KIND_ADDRESS, CAPTURE_DESTINATION},
    {"eth", KIND_MAC, CAPTURE_EITHER},
    {"ethsrc", KIND_MAC, CAPTURE_SOURCE},
    {"ethdest", KIND_MAC, CAPTURE_DESTINATION},
};
#define OPTION_COUNT (sizeof(options) / sizeof(*options))

static size_t find(const char *name)
{
	size_t i = 0;

	while (i < OPTION_COUNT && strcasecmp(options[i].name, name) != 0)
		i++;
	return i;
}

bool filter_option_is(const char *name)
{
	return find(name) < OPTION_COUNT;
}

static void in_small_letters(const char *value, char text[64])
{
	size_t i = 0;

	for (; value[i] && i < 63; i++)
		text[i] = (char)tolower((unsigned char)value[i]);
	text[i] = 0;
}

static int add_numbers(struct capture_numbers *numbers, unsigned first, unsigned last)
{
	for (uint32_t i = 0; i < numbers->count; i++)
		if (numbers->range[i].first == first && numbers->range[i].last == last)
			return 0;
	if (numbers->count == CAPTURE_NUMBERS_MAX)
		return -E2BIG;
	numbers->range[numbers->count].first = (uint16_t)first;
	numbers->range[numbers->count++].last = (uint16_t)last;
	return 0;
}

/* The ports of a Service object, or of the system's list of services, both also in small letters: FTP. */
static int add_service(const struct configuration *configuration, const char *value,
                       struct capture_numbers *numbers)
{
	struct services services = {0};
	char small[64], missing[64];
	const struct servent *known;
	int error = resolve_service(configuration, value, &services, missing);

	in_small_letters(value, small);
	if (error == -ENOENT)
		error = resolve_service(configuration, small, &services, missing);
	for (size_t i = 0; i < services.count && !error; i++)
		error = add_numbers(numbers, services.service[i].destination_ports.first,
		                    services.service[i].destination_ports.last);
	services_free(&services);
	if (error != -ENOENT)
		return error;
	known = getservbyname(small, NULL);
	if (!known)
		return -EINVAL;
	return add_numbers(numbers, ntohs((uint16_t)known->s_port), ntohs((uint16_t)known->s_port));
}

static int add_port(const struct configuration *configuration, const char *value,
                    struct capture_numbers *numbers)
{
	unsigned first, last;

	if (!number_range_parse(value, 65535, &first, &last))
		return add_numbers(numbers, first, last);
	return isdigit((unsigned char)*value) ? -EINVAL : add_service(configuration, value, numbers);
}

static int add_protocol(const char *value, struct capture_numbers *numbers)
{
	const struct protoent *known;
	unsigned first, last;
	char small[64];

	if (!number_range_parse(value, 255, &first, &last))
		return add_numbers(numbers, first, last);
	in_small_letters(value, small);
	known = getprotobyname(!strcmp(small, "icmpv6") ? "ipv6-icmp" : small);
	return known ? add_numbers(numbers, (unsigned)known->p_proto, (unsigned)known->p_proto) : -EINVAL;
}

static int add_address(const struct configuration *configuration, const char *value,
                       struct capture_addresses *addresses)
{
	struct ranges ranges = {0};
	char missing[64];
	int error = resolve_address(configuration, value, &ranges, missing);

	for (size_t i = 0; i < ranges.count && !error; i++) {
		if (addresses->count == CAPTURE_ADDRESSES_MAX)
			error = -E2BIG;
		else
			addresses->range[addresses->count++] = ranges.range[i];
	}
	if (!error && !ranges.count)
		error = -EINVAL;
	ranges_free(&ranges);
	return error;
}

static int add_mac(const struct configuration *configuration, const char *value, struct capture_macs *macs)
{
	if (macs->count == CAPTURE_MACS_MAX)
		return -E2BIG;
	return resolve_mac(configuration, value, &macs->mac[macs->count]) ? -EINVAL : (macs->count++, 0);
}

static int add_value(const struct configuration *configuration, size_t option, const char *value,
                     struct capture_filter *filter)
{
	enum capture_side side = options[option].side;

	switch (options[option].kind) {
	case KIND_PROTOCOL:
		return add_protocol(value, &filter->protocol);
	case KIND_PORT:
		return add_port(configuration, value, &filter->port[side]);
	case KIND_ADDRESS:
		return add_address(configuration, value, &filter->address[side]);
	case KIND_MAC:
		return add_mac(configuration, value, &filter->mac[side]);
	}
	return -EINVAL;
}

static int complain(size_t option, const char *value, int error, char reason[FILTER_REASON_MAX])
{
	static const char *const allowed[] = {
	    [KIND_PROTOCOL] = "a number up to 255, a range of them such as 7-9, or a name such as ICMP",
	    [KIND_PORT] = "a port, a range such as 53-95, or the name of a service such as FTP",
	    [KIND_ADDRESS] = "an IP address, a network, a range, or the name of an IPAddress",
	    [KIND_MAC] = "an Ethernet address such as 02-00-00-00-00-01, or the name of an EthernetAddress",
	};

	if (error == -E2BIG)
		snprintf(reason, FILTER_REASON_MAX,
		         "-%s stands for too many elements with '%.64s': at most %d", options[option].name,
		         value, options[option].kind == KIND_MAC ? CAPTURE_MACS_MAX : CAPTURE_NUMBERS_MAX);
	else
		snprintf(reason, FILTER_REASON_MAX,
		         "-%s cannot be '%.64s'. Allowed, also several with commas between: %s",
		         options[option].name, value, allowed[options[option].kind]);
	return -EINVAL;
}

int filter_options_read(const struct configuration *configuration, const struct line *line,
                        struct capture_filter *filter, char text[FILTER_TEXT_MAX],
                        char reason[FILTER_REASON_MAX])
{
	size_t length = 0;

	_Static_assert(CAPTURE_ADDRESSES_MAX == CAPTURE_NUMBERS_MAX, "one message tells both");
	*filter = (struct capture_filter){0};
	text[0] = 0;
	for (size_t i = 0; i < line->count; i++) {
		const struct argument *argument = &line->argument[i];
		size_t option = argument->kind == ARGUMENT_OPTION ? find(argument->name) : OPTION_COUNT;

		if (option == OPTION_COUNT)
			continue;
		if (!argument->value_count)
			return complain(option, "", -EINVAL, reason);
		for (size_t j = 0; j < argument->value_count; j++) {
			int error = add_value(configuration, option, argument->values[j], filter);

			if (error)
				return complain(option, argument->values[j], error, reason);
		}
		length += (size_t)snprintf(text + length, FILTER_TEXT_MAX - length, "%s%s=%s",
		                           length ? " " : "", options[option].name, argument->text);
		if (length >= FILTER_TEXT_MAX)
			length = FILTER_TEXT_MAX - 1;
	}
	return 0;
}

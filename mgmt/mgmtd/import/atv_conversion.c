/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/import/atv_conversion.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORDS_MAX 5

/* TABLE of TABLE:0.COLUMN, NAME of NAME. */
static size_t first_length(const char *name)
{
	return strcspn(name, ":");
}

void atv_name_now(const struct atv_map *map, const char *name, char now[ATV_NAME_MAX])
{
	char first[ATV_NAME_MAX];
	size_t length = first_length(name);
	const char *renamed;

	snprintf(first, sizeof(first), "%.*s", (int)length, name);
	renamed = atv_pairs_find(&map->renames, first);
	snprintf(now, ATV_NAME_MAX, "%s%s", renamed ? renamed : first, name + length);
}

struct atv_variable *atv_lookup(const struct atv_map *map, const struct atv *atv, const char *name)
{
	struct atv_variable *found = atv_find(atv, name);
	char old[2 * ATV_NAME_MAX];

	for (size_t i = 0; i < map->renames.count && !found; i++) {
		const struct atv_pair *rename = &map->renames.pair[i];

		if (strlen(rename->to) != first_length(name) ||
		    strncmp(rename->to, name, first_length(name)) != 0)
			continue;
		snprintf(old, sizeof(old), "%s%s", rename->from, name + first_length(name));
		found = atv_find(atv, old);
	}
	return found;
}

static int wrong(struct atv_place *place, const char *column, const char *why)
{
	snprintf(place->variable, sizeof(place->variable), "%.60s%.60s", place->row, column);
	snprintf(place->why, sizeof(place->why), "%s", why);
	return -EINVAL;
}

/* The value of a column, or instead. Never NULL. */
static const char *value_of_column(struct atv_place *place, const char *column, const char *instead)
{
	char name[2 * ATV_NAME_MAX];
	struct atv_variable *variable;

	snprintf(name, sizeof(name), "%s%s", place->row, column);
	variable = atv_lookup(place->map, place->atv, name);
	if (!variable)
		return instead;
	variable->used = true;
	return variable->value;
}

/* As it is typed, in quotes. */
static void quote(const char *value, FILE *out)
{
	fputc('"', out);
	for (; *value; value++) {
		if (strchr("\"\\$", *value))
			fputc('\\', out);
		fputc(*value, out);
	}
	fputc('"', out);
}

static int put_text(struct atv_place *place, const char *const word[], FILE *out)
{
	const char *value = value_of_column(place, word[1], word[2] ? word[2] : "");

	if (*value)
		quote(value, out);
	else
		fputs("<empty>", out);
	return 0;
}

static int put_yesno(struct atv_place *place, const char *const word[], FILE *out)
{
	const char *value = value_of_column(place, word[1], word[2] ? word[2] : "");
	bool yes = !strcasecmp(value, "yes");

	if (!yes && strcasecmp(value, "no") != 0)
		return wrong(place, word[1], "It must be yes or no.");
	fputs(yes ? "Yes" : "No", out);
	return 0;
}

static bool is_host(const char *value)
{
	struct in6_addr six;
	struct in_addr four;

	return inet_pton(AF_INET, value, &four) == 1 || inet_pton(AF_INET6, value, &six) == 1;
}

static int put_host(struct atv_place *place, const char *const word[], FILE *out)
{
	const char *value = value_of_column(place, word[1], "");

	if (!is_host(value))
		return wrong(place, word[1], "An IP address is needed here; names of hosts are not taken.");
	fputs(value, out);
	return 0;
}

/* 0.0.0.0/0, 10.0.0.0/8, 10.1.2.3, 10.0.0.1-10.0.0.9 */
static int put_network(struct atv_place *place, const char *const word[], FILE *out)
{
	const char *value = value_of_column(place, word[1], word[2] ? word[2] : "0.0.0.0/0");
	size_t length = strcspn(value, "/-");
	char host[64];

	if (length >= sizeof(host))
		length = 0;
	memcpy(host, value, length);
	host[length] = 0;
	if (!is_host(host) || strspn(value, "0123456789abcdefABCDEF.:/-") != strlen(value))
		return wrong(
		    place, word[1],
		    "An address, a network or a range is needed here; groups and names are not taken.");
	fputs(strcmp(value, "0.0.0.0/0") != 0 ? value : "all-nets-ip4", out);
	return 0;
}

static int put_subnet(struct atv_place *place, const char *const word[], FILE *out)
{
	const char *address = value_of_column(place, word[1], ""),
	           *mask = value_of_column(place, word[2] ? word[2] : "", "");
	struct in_addr base, bits;
	uint32_t ones;

	if (inet_pton(AF_INET, address, &base) != 1)
		return wrong(place, word[1], "An IPv4 address is needed here.");
	ones = inet_pton(AF_INET, mask, &bits) == 1 ? ntohl(bits.s_addr) : 0;
	if (!ones || (~ones & (~ones + 1)))
		return wrong(place, word[2] ? word[2] : "",
		             "A network mask such as 255.255.255.0 is needed here.");
	base.s_addr &= bits.s_addr;
	fprintf(out, "%s/%d", inet_ntoa(base), __builtin_popcount(ones));
	return 0;
}

static int put_port(struct atv_place *place, const char *column, const char *port, FILE *out)
{
	const char *interface = atv_map_interface(place->map, port);

	if (!interface)
		return wrong(place, column,
		             "No interface is known for this port: -ports=PORT:INTERFACE names it.");
	if (!*interface)
		return wrong(place, column, "This port is no more: reset the variable on the old device.");
	fputs(interface, out);
	return 0;
}

static int put_action(struct atv_place *place, const char *const word[], FILE *out)
{
	const char *value = value_of_column(place, word[1], "");

	if (!strcasecmp(value, "ACCEPT"))
		fputs("Action=Allow", out);
	else if (!strcasecmp(value, "DROP"))
		fputs("Action=Deny", out);
	else if (!strcasecmp(value, "REJECT"))
		fputs("Action=Deny OnDeny=SendReject", out);
	else
		return wrong(place, word[1], "It must be ACCEPT, DROP or REJECT.");
	return 0;
}

/* "any", "", "80", "20:21", "1024-65535": as "80", "20-21"; *any where it is all of them. Returns 0 or -EINVAL. */
static int port_range(const char *value, bool *any, char range[16])
{
	char *rest;
	unsigned long first, last;

	*any = !*value || !strcasecmp(value, "any");
	*range = 0;
	if (*any)
		return 0;
	if (strspn(value, "0123456789:-") != strlen(value) || strlen(value) > 11)
		return -EINVAL;
	first = last = strtoul(value, &rest, 10);
	if (rest == value)
		return -EINVAL;
	if (*rest) {
		const char *second = rest + 1;

		last = strtoul(second, &rest, 10);
		if (rest == second || *rest)
			return -EINVAL;
	}
	if (first > last || last > 65535)
		return -EINVAL;
	if (first == last)
		snprintf(range, 16, "%lu", first);
	else
		snprintf(range, 16, "%lu-%lu", first, last);
	return 0;
}

/* Those that have no ports. */
static const char *portless(const char *protocol)
{
	static const char *const known[][2] = {{"all", "all_services"}, {"any", "all_services"},
	                                       {"icmp", "all_icmp"},    {"gre", "gre"},
	                                       {"esp", "esp"},          {"ah", "ah"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcasecmp(protocol, known[i][0]))
			return known[i][1];
	return NULL;
}

static int put_service(struct atv_place *place, const char *const word[], FILE *out)
{
	const char *protocol, *service, *kind;
	char source[16], destination[16];
	bool any_source, any_destination;

	if (!word[2] || !word[3])
		return wrong(place, word[1], "The line of mguard.map lacks the columns of ports.");
	protocol = value_of_column(place, word[1], "all");
	if (port_range(value_of_column(place, word[2], "any"), &any_source, source))
		return wrong(place, word[2], "It must be any, a port or a range of ports.");
	if (port_range(value_of_column(place, word[3], "any"), &any_destination, destination))
		return wrong(place, word[3], "It must be any, a port or a range of ports.");
	service = portless(protocol);
	if (service) {
		if (!any_source || !any_destination)
			return wrong(place, any_source ? word[3] : word[2], "Only TCP and UDP have ports.");
		fputs(service, out);
		return 0;
	}
	kind = !strcasecmp(protocol, "tcp") ? "tcp" : !strcasecmp(protocol, "udp") ? "udp" : NULL;
	if (!kind)
		return wrong(place, word[1], "It must be all, tcp, udp, icmp, gre, esp or ah.");
	if (any_source && any_destination) {
		fprintf(out, "all_%s", kind);
		return 0;
	}
	snprintf(place->service, sizeof(place->service), "%s%s%s%s%s", kind, any_destination ? "" : "_",
	         destination, any_source ? "" : "_from_", source);
	snprintf(place->service_line, sizeof(place->service_line),
	         "put Service ServiceTCPUDP %s Type=%s DestinationPorts=%s SourcePorts=%s", place->service,
	         *kind == 't' ? "TCP" : "UDP", any_destination ? "0-65535" : destination,
	         any_source ? "0-65535" : source);
	fputs(place->service, out);
	return 0;
}

static int put_interface(struct atv_place *place, const char *const word[], FILE *out)
{
	const char *value = value_of_column(place, word[1], "");

	return put_port(place, word[1], *value || !word[2] ? value : word[2], out);
}

static int put_if(struct atv_place *place, const char *const word[], FILE *out)
{
	return put_port(place, word[1], word[1], out);
}

static int put_one(struct atv_place *place, const char *const word[], size_t count, FILE *out)
{
	static const struct {
		const char *name;
		int (*put)(struct atv_place *place, const char *const word[], FILE *out);
	} conversions[] = {{"text", put_text},       {"yesno", put_yesno},   {"host", put_host},
	                   {"network", put_network}, {"subnet", put_subnet}, {"action", put_action},
	                   {"service", put_service}, {"if", put_if},         {"interface", put_interface}};

	if (count == 1 && !strcmp(word[0], "name")) {
		fputs(place->object, out);
		return 0;
	}
	for (size_t i = 0; count > 1 && i < sizeof(conversions) / sizeof(*conversions); i++)
		if (!strcmp(word[0], conversions[i].name))
			return conversions[i].put(place, word, out);
	return wrong(place, word[0], "mguard.map has no such conversion.");
}

int atv_expand(struct atv_place *place, const char *template, FILE *out)
{
	int error = 0;

	place->service[0] = 0;
	while (*template && !error) {
		const char *word[WORDS_MAX] = {NULL}, *end = strchr(template, '}');
		char text[128], *rest = text;
		size_t count = 0;

		if (strncmp(template, "${", 2) != 0) {
			fputc(*template ++, out);
			continue;
		}
		if (!end || end - template >= (long)sizeof(text))
			return wrong(place, "", "A line of mguard.map has no end.");
		snprintf(text, sizeof(text), "%.*s", (int)(end - template) - 2, template + 2);
		while (rest && count < WORDS_MAX - 1)
			word[count++] = strsep(&rest, " ");
		error = put_one(place, word, count, out);
		template = end + 1;
	}
	return error;
}

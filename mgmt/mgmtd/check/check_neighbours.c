/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/check/check_interfaces.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/learned.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <string.h>

/* Entries of one kind, and the IP version that their IP has. */
static const struct entry_kind {
	const char *holder, *type;
	unsigned version;
} kinds[] = {{"ARPEntries", "ARPEntry", 4}, {"NDEntries", "NDEntry", 6}};

/* Of a group, of nobody, or of the host itself: nobody has it on a link. */
static bool is_of_no_host(const struct ip_address *address)
{
	static const struct ip_address nobody = {.version = 6}, itself = {.version = 6, .bytes = {[15] = 1}};

	if (address->version == 4)
		return address->bytes[0] == 0 || address->bytes[0] == 127 || address->bytes[0] >= 224;
	return address->bytes[0] == 0xff || !ip_address_compare(address, &nobody) ||
	       !ip_address_compare(address, &itself);
}

static void check_mac(const struct configuration *configuration, const struct object_type *type,
                      const struct lyd_node *entry, struct problems *problems)
{
	const char *text = value_of(type, entry, "MACAddress");
	bool publish = !strcmp(value_of(type, entry, "Mode"), "Publish");
	struct mac_address mac = {{0}};

	if (!*text && !publish)
		problem(problems, type, entry, "MACAddress must be set where Mode is Static");
	if (*text && !resolve_mac(configuration, text, &mac) &&
	    (mac_address_is_zero(&mac) || (publish && mac.bytes[0] & 1)))
		problem(problems, type, entry,
		        "MACAddress '%s' is no address that a host can have; give that of one host", text);
}

static void check_entry(const struct configuration *configuration, const struct entry_kind *kind,
                        const struct object_type *type, struct lyd_node *entry, struct problems *problems)
{
	struct ip_address address = resolve_host(configuration, value_of(type, entry, "IP"));
	const char *text = value_of(type, entry, "IP");

	if (*text && address.version != kind->version)
		problem(problems, type, entry, "IP '%s' must be one IPv%u address", text, kind->version);
	else if (*text && is_of_no_host(&address))
		problem(problems, type, entry, "IP '%s' is no address that a host can have", text);
	check_mac(configuration, type, entry, problems);
	for (struct lyd_node *other = object_next(entry); other; other = object_next(other)) {
		struct ip_address same = resolve_host(configuration, value_of(type, other, "IP"));

		if (!object_disabled(type, other) && same.version && !ip_address_compare(&same, &address) &&
		    !strcmp(value_of(type, entry, "Interface"), value_of(type, other, "Interface")))
			problem(problems, type, other, "IP '%s' on %s is that of another %s too; delete one",
			        value_of(type, other, "IP"), value_of(type, other, "Interface"), kind->type);
	}
}

/* C04-008: taken for the sake of configurations that have it. */
static void check_settings(const struct configuration *configuration, struct problems *problems)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "ARPTableSettings");
	const struct lyd_node *settings = object_find(configuration, type, NULL, NULL);

	if (settings && value_text(settings, type_property(type, "ARPHashSize"), 0))
		warning(problems, type, settings,
		        "ARPHashSize changes nothing: the table's index always has room for twice as many "
		        "entries as there can be");
}

/* They may have been deleted, or the interface renamed. */
static void check_learned_objects(const struct configuration *configuration, const struct object_type *type,
                                  const struct lyd_node *interface, struct problems *problems)
{
	static const char *const endings[] = {"_ip6_net", "_ip6_gw", "_ip6_dns"};
	const struct object_type *addresses = schema_type(configuration->schema, NULL, "IPAddress");
	const char *name = object_key(type, interface);

	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		char object[96];

		snprintf(object, sizeof(object), "%.63s%s", name, endings[i]);
		if (!object_find(configuration, addresses, NULL, object))
			warning(
			    problems, type, interface,
			    "IPv6AddressConfiguration 'SLAAC': there is no IPAddress %s to fill; 'set %s %s "
			    "IPv6AddressConfiguration=SLAAC' makes it",
			    object, type->name, name);
	}
}

/* C05-019. */
static void check_autoconfiguration(const struct configuration *configuration, struct problems *problems)
{
	struct interface_cursor at = {0};
	unsigned wanted = 0;

	while (interface_next(configuration, &at)) {
		if (!learned_is_wanted(at.type, at.object))
			continue;
		wanted++;
		check_learned_objects(configuration, at.type, at.object, problems);
		if (interface_is_vlan(at.type) &&
		    !value_first(at.object, type_property(at.type, "IPAddress"), 0))
			problem(
			    problems, at.type, at.object,
			    "IPv6AddressConfiguration 'SLAAC' needs IPAddress: without it the addresses are "
			    "those of BaseInterface");
		if (!interface_is_vlan(at.type) && !strcmp(value_of(at.type, at.object, "HAType"), "Sync"))
			problem(problems, at.type, at.object,
			        "IPv6AddressConfiguration 'SLAAC' has no effect where HAType is Sync; set "
			        "Static");
		if (wanted == AUTOCONFIGURATIONS_MAX + 1)
			problem(problems, at.type, at.object,
			        "IPv6AddressConfiguration 'SLAAC' is possible on %d interfaces at most",
			        AUTOCONFIGURATIONS_MAX);
	}
}

void check_neighbours(const struct configuration *configuration, struct problems *problems)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const struct object_type *holder = schema_type(configuration->schema, NULL, kinds[i].holder);
		const struct object_type *type = schema_type(configuration->schema, holder, kinds[i].type);
		const struct lyd_node *context = object_find(configuration, holder, NULL, NULL);

		for (struct lyd_node *entry = context ? object_first(configuration, type, context) : NULL;
		     entry; entry = object_next(entry))
			if (!object_disabled(type, entry))
				check_entry(configuration, &kinds[i], type, entry, problems);
	}
	check_settings(configuration, problems);
	check_autoconfiguration(configuration, problems);
}

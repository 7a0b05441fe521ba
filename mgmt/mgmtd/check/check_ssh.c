/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/https/listeners.h"
#include "mgmt/ssh/settings.h"

#include <stdlib.h>
#include <string.h>

enum relation { APART, OVERLAPS, INSIDE };

static int compare_ranges(const void *a, const void *b)
{
	const struct ip_range *first = a, *second = b;
	int order = ip_address_compare(&first->first, &second->first);

	return order ? order : ip_address_compare(&first->last, &second->last);
}

/* The networks of an access, in order, without those that lie in the one before. */
static void networks(const struct configuration *configuration, const struct object_type *type,
                     const struct lyd_node *access, struct ranges *out)
{
	size_t kept = 0;

	resolve_addresses(configuration, access, type_property(type, "SourceNetwork"), 0, out);
	if (out->count)
		qsort(out->range, out->count, sizeof(*out->range), compare_ranges);
	for (size_t i = 0; i < out->count; i++) {
		struct ip_range *last = kept ? &out->range[kept - 1] : NULL;

		if (!last || ip_address_compare(&out->range[i].first, &last->last) > 0)
			out->range[kept++] = out->range[i];
		else if (ip_address_compare(&out->range[i].last, &last->last) > 0)
			last->last = out->range[i].last;
	}
	out->count = kept;
}

/* Of a to b, both in order. */
static enum relation relate(const struct ranges *a, const struct ranges *b)
{
	size_t at = 0, inside = 0;
	bool overlap = false;

	for (size_t i = 0; i < a->count; i++) {
		while (at < b->count && ip_address_compare(&b->range[at].last, &a->range[i].first) < 0)
			at++;
		if (at == b->count || ip_address_compare(&b->range[at].first, &a->range[i].last) > 0)
			continue;
		overlap = true;
		inside += ip_range_contains(&b->range[at], &a->range[i].first) &&
		          ip_range_contains(&b->range[at], &a->range[i].last);
	}
	if (inside && inside == a->count)
		return INSIDE;
	return overlap ? OVERLAPS : APART;
}

/* A client that two accesses would let in is the first one's (C02-012). */
static void check_pair(const struct configuration *configuration, const struct object_type *type,
                       const struct lyd_node *access, const struct lyd_node *earlier,
                       struct problems *problems)
{
	struct ranges own = {0}, before = {0};
	enum relation relation;

	networks(configuration, type, access, &own);
	networks(configuration, type, earlier, &before);
	relation = relate(&own, &before);
	if (relation == INSIDE)
		problem(problems, type, access,
		        "never lets anybody in: its SourceNetwork lies in that of %s, which comes before it "
		        "on the "
		        "same interface and Port. Put it first (set RemoteMgmtSSH %s Index=%u), or set "
		        "another SourceNetwork or Port",
		        object_key(type, earlier), object_key(type, access), object_index(earlier));
	else if (relation == OVERLAPS)
		warning(problems, type, access,
		        "SourceNetwork overlaps with that of %s; who is in both is let in by %s, which comes "
		        "first",
		        object_key(type, earlier), object_key(type, earlier));
	ranges_free(&own);
	ranges_free(&before);
}

static bool same_place(const struct object_type *type, const struct lyd_node *a, const struct lyd_node *b)
{
	return !strcmp(access_interface(type, a), access_interface(type, b)) &&
	       value_number(type, a, "Port") == value_number(type, b, "Port");
}

/* Two servers cannot have one port. */
static void check_https(const struct configuration *configuration, const struct object_type *type,
                        const struct lyd_node *access, struct problems *problems)
{
	const struct object_type *web = schema_type(configuration->schema, NULL, "RemoteMgmtHTTP");

	for (const struct lyd_node *other = object_first(configuration, web, NULL); other;
	     other = object_next(other))
		if (!object_disabled(web, other) &&
		    !strcmp(access_interface(web, other), access_interface(type, access)) &&
		    value_number(web, other, "HTTPSPort") == value_number(type, access, "Port"))
			problem(problems, type, access,
			        "Port %u is the HTTPSPort of RemoteMgmtHTTP %s on %s; set another one",
			        value_number(type, access, "Port"), object_key(web, other),
			        access_interface(type, access));
}

/* The command line is logged in to with a name and a password, and somebody must know them. */
static void check_profile(const struct configuration *configuration, const struct object_type *type,
                          const struct lyd_node *access, struct problems *problems)
{
	const struct object_type *profiles =
	    schema_type(configuration->schema, NULL, "AuthenticationProfile");
	const char *name = value_of(type, access, "AuthProfile");
	const struct lyd_node *profile =
	    object_find(configuration, profiles, NULL, *name ? name : "MgmtAuthProfile");

	if (!profile)
		return;
	if (strcmp(value_of(profiles, profile, "AgentType"), "Basic") != 0)
		problem(problems, type, access,
		        "AuthProfile '%s' has the AgentType %s, and SSH needs Basic; set it, or name another "
		        "profile",
		        object_key(profiles, profile), value_of(profiles, profile, "AgentType"));
	if (!*value_of(profiles, profile, "LocalUserDB") &&
	    !value_first(profile, type_property(profiles, "RemoteServer"), 0))
		problem(
		    problems, profiles, profile,
		    "has neither a LocalUserDB nor a RemoteServer, so nobody could log in; set one of them");
}

static size_t check_access(const struct configuration *configuration, const struct object_type *type,
                           const struct lyd_node *access, struct problems *problems)
{
	struct listeners listeners = {0};

	for (const struct lyd_node *earlier = object_first(configuration, type, NULL); earlier != access;
	     earlier = object_next(earlier))
		if (!object_disabled(type, earlier) && same_place(type, access, earlier))
			check_pair(configuration, type, access, earlier, problems);
	check_https(configuration, type, access, problems);
	check_profile(configuration, type, access, problems);
	if (!strcmp(value_of(type, access, "AllowHostKeyRSA"), "No") &&
	    !strcmp(value_of(type, access, "AllowHostKeyECDSA"), "No"))
		problem(problems, type, access,
		        "allows no host key; set AllowHostKeyRSA or AllowHostKeyECDSA to Yes");
	listeners_of(configuration, type, access, "Port", &listeners);
	return listeners.count;
}

void check_ssh(const struct configuration *configuration, struct problems *problems)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "RemoteMgmtSSH");
	size_t addresses = 0;

	for (const struct lyd_node *access = object_first(configuration, type, NULL); access;
	     access = object_next(access)) {
		if (object_disabled(type, access))
			continue;
		addresses += check_access(configuration, type, access, problems);
		if (addresses > SSH_LISTENERS_MAX) {
			problem(problems, type, access,
			        "is one too many: all enabled accesses together may have %d addresses",
			        SSH_LISTENERS_MAX);
			return;
		}
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/identity/identity.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HEAD offsetof(struct message_cluster_identity, interfaces)

static void make_printable(char *text, size_t size)
{
	text[size - 1] = 0;
	for (char *at = text; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
}

static void read_platform(const uint8_t *bytes, size_t length, struct cluster_platform *out)
{
	if (length < sizeof(*out))
		return;
	memcpy(out, bytes, sizeof(*out));
	make_printable(out->build, sizeof(out->build));
}

bool identity_read(const void *bytes, size_t length, struct message_cluster_identity *out)
{
	size_t end;

	memset(out, 0, sizeof(*out));
	if (length < HEAD)
		return false;
	memcpy(out, bytes, HEAD);
	end = HEAD + out->interface_count * (size_t)out->interface_length;
	if (out->interface_length < sizeof(out->interfaces[0]) ||
	    out->interface_count > CLUSTER_INTERFACES_MAX || end > length)
		return false;
	read_platform((const uint8_t *)bytes + end, length - end, &out->platform);
	make_printable(out->version, sizeof(out->version));
	for (uint32_t i = 0; i < out->interface_count; i++) {
		struct cluster_interface *interface = &out->interfaces[i];

		memcpy(interface, (const uint8_t *)bytes + HEAD + i * (size_t)out->interface_length,
		       sizeof(*interface));
		make_printable(interface->type, sizeof(interface->type));
		make_printable(interface->name, sizeof(interface->name));
		make_printable(interface->ha_type, sizeof(interface->ha_type));
	}
	out->interface_length = sizeof(out->interfaces[0]);
	return true;
}

struct text {
	char *at;
	size_t left;
	bool any;
};

/* A line that does not fit is left out whole. */
__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
	char line[256];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (length >= 0)
		length = snprintf(text->at, text->left, "%s%s", text->any ? "\n" : "", line);
	if (length < 0 || (size_t)length >= text->left) {
		*text->at = 0;
		text->left = 1;
		return;
	}
	text->at += length;
	text->left -= (size_t)length;
	text->any = true;
}

static const struct cluster_interface *find(const struct message_cluster_identity *identity, const char *name)
{
	for (uint32_t i = 0; i < identity->interface_count; i++)
		if (strcmp(identity->interfaces[i].name, name) == 0)
			return &identity->interfaces[i];
	return NULL;
}

static bool compare(const struct cluster_interface *own, const struct cluster_interface *peer,
                    struct text *text)
{
	if (!peer) {
		add(text, "In %s %s: the peer has none of that name.", own->type, own->name);
	} else if (own->id != peer->id) {
		/* The guide's line. */
		add(text, "In %s %s: Interface ID change of '%s'(%u->%u) is not supported.", own->type,
		    own->name, own->name, own->id, peer->id);
	} else if (strcmp(own->ha_type, peer->ha_type) != 0) {
		add(text, "In %s %s: HAType is %s here and %s at the peer.", own->type, own->name,
		    own->ha_type, peer->ha_type);
	} else {
		return false;
	}
	return true;
}

/* What one of them does not know, or does not tell, is no difference. */
static void compare_platforms(const struct message_cluster_identity *own,
                              const struct message_cluster_identity *peer, struct text *text)
{
	const struct cluster_platform *here = &own->platform, *there = &peer->platform;

	if (strcmp(own->version, peer->version) != 0)
		add(text, "The peer runs release %s, this node %s.", peer->version, own->version);
	else if (here->build[0] && there->build[0] && strcmp(here->build, there->build) != 0)
		add(text, "The peer runs build %s of release %s, this node %s.", there->build, own->version,
		    here->build);
	if (here->max_flows && there->max_flows && here->max_flows != there->max_flows)
		add(text,
		    "The peer's datapath holds %u flows, this node's %u: start both with the same "
		    "--max-flows.",
		    there->max_flows, here->max_flows);
	if (here->workers && there->workers && here->workers != there->workers)
		add(text,
		    "Workers of the peer's datapath: %u, of this node's: %u; start both with the same "
		    "--workers.",
		    there->workers, here->workers);
}

bool identity_differences(const struct message_cluster_identity *own,
                          const struct message_cluster_identity *peer, char out[IDENTITY_TEXT])
{
	struct text text = {.at = out, .left = IDENTITY_TEXT};
	bool differs = false;

	out[0] = 0;
	compare_platforms(own, peer, &text);
	for (uint32_t i = 0; i < own->interface_count; i++)
		differs |= compare(&own->interfaces[i], find(peer, own->interfaces[i].name), &text);
	for (uint32_t i = 0; i < peer->interface_count; i++) {
		const struct cluster_interface *interface = &peer->interfaces[i];

		if (find(own, interface->name))
			continue;
		add(&text, "In %s %s: only the peer has one of that name.", interface->type, interface->name);
		differs = true;
	}
	return differs;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/ssh/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int hex_digit(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = digit ? strchr(digits, digit) : NULL;

	return at ? (int)(at - digits) : -1;
}

static int read_banner(const char *text, char banner[SSH_BANNER_MAX + 1])
{
	size_t length = strlen(text);

	banner[0] = 0;
	if (!strcmp(text, "-"))
		return 0;
	if (length % 2 || length / 2 > SSH_BANNER_MAX)
		return -EBADMSG;
	for (size_t i = 0; i < length; i += 2) {
		int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);

		if (high < 0 || low < 0)
			return -EBADMSG;
		banner[i / 2] = (char)(high << 4 | low);
	}
	banner[length / 2] = 0;
	return 0;
}

static bool read_number(const char *text, unsigned long maximum, unsigned long *out)
{
	char *end;

	errno = 0;
	*out = strtoul(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno && *out && *out <= maximum;
}

/* Cuts a line into exactly count words. */
static bool split(char *line, char *word[], size_t count)
{
	char *rest = line;

	for (size_t i = 0; i < count; i++) {
		word[i] = strsep(&rest, " ");
		if (!word[i] || !*word[i])
			return false;
	}
	return !rest;
}

static int read_access(char *line, struct ssh_settings *out)
{
	struct ssh_access *access = &out->access[out->access_count];
	unsigned long idle, keys;
	char *word[5];

	if (!split(line, word, 5) || strlen(word[1]) >= sizeof(access->name) ||
	    !read_number(word[2], INT32_MAX, &idle) ||
	    !read_number(word[3], SSH_SETTINGS_RSA | SSH_SETTINGS_ECDSA, &keys))
		return -EBADMSG;
	if (out->access_count == SSH_ACCESSES_MAX)
		return -E2BIG;
	memset(access, 0, sizeof(*access));
	strcpy(access->name, word[1]);
	access->idle_seconds = (uint32_t)idle;
	access->keys = (unsigned)keys;
	out->access_count++;
	return read_banner(word[4], access->banner);
}

static int read_listener(char *line, struct ssh_settings *out)
{
	struct ssh_listener *listener = &out->listener[out->listener_count];
	unsigned long port;
	char *word[3];

	if (out->listener_count == SSH_LISTENERS_MAX)
		return -E2BIG;
	if (!out->access_count || !split(line, word, 3) || ip_address_parse(word[1], &listener->address) ||
	    !read_number(word[2], UINT16_MAX, &port))
		return -EBADMSG;
	listener->port = (uint16_t)port;
	listener->access = out->access_count - 1;
	out->listener_count++;
	return 0;
}

static int read_network(char *line, struct ssh_settings *out)
{
	struct ssh_access *access = out->access_count ? &out->access[out->access_count - 1] : NULL;
	struct ip_range range;
	char *word[2];

	if (!access || !split(line, word, 2) || ip_range_parse(word[1], &range))
		return -EBADMSG;
	if (access->network_count == access->network_capacity) {
		size_t capacity = access->network_capacity ? 2 * access->network_capacity : 8;
		struct ip_range *grown;

		if (access->network_count >= SSH_NETWORKS_MAX)
			return -E2BIG;
		grown = realloc(access->networks, capacity * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		access->networks = grown;
		access->network_capacity = capacity;
	}
	access->networks[access->network_count++] = range;
	return 0;
}

static int read_line(char *line, struct ssh_settings *out)
{
	if (!strncmp(line, "access ", 7))
		return read_access(line, out);
	if (!strncmp(line, "listen ", 7))
		return read_listener(line, out);
	return strncmp(line, "network ", 8) ? -EBADMSG : read_network(line, out);
}

int ssh_settings_read(FILE *file, struct ssh_settings *out)
{
	char *line = NULL;
	size_t size = 0;
	int error = 0;

	while (!error && getline(&line, &size, file) >= 0) {
		line[strcspn(line, "\n")] = 0;
		error = read_line(line, out);
	}
	free(line);
	return error;
}

void ssh_settings_free(struct ssh_settings *settings)
{
	for (size_t i = 0; i < settings->access_count; i++)
		free(settings->access[i].networks);
	settings->access_count = settings->listener_count = 0;
}

static bool lets_in(const struct ssh_access *access, const struct ip_address *remote)
{
	for (size_t i = 0; i < access->network_count; i++)
		if (ip_range_contains(&access->networks[i], remote))
			return true;
	return false;
}

const struct ssh_access *ssh_settings_find(const struct ssh_settings *settings,
                                           const struct ip_address *address, uint16_t port,
                                           const struct ip_address *remote)
{
	for (size_t i = 0; i < settings->listener_count; i++) {
		const struct ssh_listener *listener = &settings->listener[i];

		if (listener->port == port && !ip_address_compare(&listener->address, address) &&
		    lets_in(&settings->access[listener->access], remote))
			return &settings->access[listener->access];
	}
	return NULL;
}

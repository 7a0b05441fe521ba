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

static int read_line(char *line, struct ssh_listener *out)
{
	char *word[7], *rest = line;
	unsigned long port, idle, keys;

	for (size_t i = 0; i < 7; i++) {
		word[i] = strsep(&rest, " ");
		if (!word[i] || !*word[i])
			return -EBADMSG;
	}
	if (rest || strcmp(word[0], "listen") != 0 || ip_address_parse(word[1], &out->address) ||
	    !read_number(word[2], UINT16_MAX, &port) || strlen(word[3]) >= sizeof(out->access) ||
	    !read_number(word[4], INT32_MAX, &idle) ||
	    !read_number(word[5], SSH_SETTINGS_RSA | SSH_SETTINGS_ECDSA, &keys))
		return -EBADMSG;
	out->port = (uint16_t)port;
	strcpy(out->access, word[3]);
	out->idle_seconds = (uint32_t)idle;
	out->keys = (unsigned)keys;
	return read_banner(word[6], out->banner);
}

int ssh_settings_read(FILE *file, struct ssh_settings *out)
{
	char *line = NULL;
	size_t size = 0;
	int error = 0;

	out->count = 0;
	while (!error && getline(&line, &size, file) >= 0) {
		line[strcspn(line, "\n")] = 0;
		error =
		    out->count == SSH_LISTENERS_MAX ? -E2BIG : read_line(line, &out->listener[out->count]);
		out->count += !error;
	}
	free(line);
	return error;
}

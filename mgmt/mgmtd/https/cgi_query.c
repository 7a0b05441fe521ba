/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/https/cgi_query.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes up to '&' or the end. Returns what follows, or NULL. */
static const char *decode(const char *at, char out[CGI_VALUE_MAX])
{
	size_t length = 0;

	for (; *at && *at != '&'; at++) {
		int c = (unsigned char)*at;

		if (c == '%') {
			int high = hex_digit(at[1]), low = high < 0 ? -1 : hex_digit(at[2]);

			if (low < 0)
				return NULL;
			c = high << 4 | low;
			at += 2;
		} else if (c == '+') {
			c = ' ';
		}
		if (c < 0x20 || c == 0x7f || length == CGI_VALUE_MAX - 1)
			return NULL;
		out[length++] = (char)c;
	}
	out[length] = 0;
	return at;
}

static char *place(struct cgi_query *out, const char *name, size_t length)
{
	if (length == 3 && !memcmp(name, "cmd", 3))
		return out->command;
	if (length == 4 && !memcmp(name, "name", 4))
		return out->name;
	if (length == 7 && !memcmp(name, "channel", 7))
		return out->channel;
	return NULL;
}

int cgi_query_parse(const char *query, struct cgi_query *out)
{
	*out = (struct cgi_query){0};
	while (*query) {
		size_t length = strcspn(query, "=&");
		char *value = place(out, query, length);

		if (!value || *value || query[length] != '=')
			return -EINVAL;
		query = decode(query + length + 1, value);
		if (!query || !*value)
			return -EINVAL;
		if (*query == '&')
			query++;
	}
	return 0;
}

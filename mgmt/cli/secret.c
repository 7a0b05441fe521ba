/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/cli/secret.h"

#include <stddef.h>
#include <string.h>

static const char property[] = "Password";

/* The value of the first Password, also where it was mistyped (a blank instead of or around the '='): behind
 * the word everything may be it. */
static const char *value(const char *line)
{
	const char *at = strcasestr(line, property);

	if (!at)
		return NULL;
	at += sizeof(property) - 1;
	return *at == '=' ? at + 1 : at;
}

bool secret_in(const char *line)
{
	return value(line) != NULL;
}

void secret_hide(char *line)
{
	char *at = (char *)value(line);

	for (; at && *at; at++)
		if (*at != ' ')
			*at = '*';
}

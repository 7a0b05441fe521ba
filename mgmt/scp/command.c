/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/scp/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int refuse(char reason[128], const char *why)
{
	snprintf(reason, 128, "%s", why);
	return -EINVAL;
}

/* The next word, unquoted into *to, which moves behind it. NULL at the end or where a quote is left open (*error). */
static const char *next_word(const char **at, char **to, bool *open)
{
	const char *from = *at;
	char *word = *to, *end = word, quote = 0;

	while (*from == ' ' || *from == '\t')
		from++;
	if (!*from)
		return NULL;
	for (; *from && (quote || (*from != ' ' && *from != '\t')); from++) {
		if (quote ? *from == quote : *from == '\'' || *from == '"')
			quote = quote ? 0 : *from;
		else if (*from == '\\' && quote != '\'' && from[1])
			*end++ = *++from;
		else
			*end++ = *from;
	}
	*end = 0;
	*open = quote;
	*at = from;
	*to = end + 1;
	return quote ? NULL : word;
}

static bool take_options(const char *letters, struct scp_command *out, bool *from)
{
	for (; *letters; letters++) {
		if (*letters == 't')
			out->to = true;
		else if (*letters == 'f')
			*from = true;
		else if (*letters == 'r')
			out->recursive = true;
		else if (*letters == 'p')
			out->times = true;
		else if (*letters == 'd')
			out->folder = true;
		else if (*letters != 'v' && *letters != 'q')
			return false;
	}
	return true;
}

int scp_command_parse(const char *text, struct scp_command *out, char reason[128])
{
	bool from = false, options = true, open = false;
	const char *word;
	char *to = out->bytes;

	memset(out, 0, offsetof(struct scp_command, bytes));
	if (strlen(text) >= SCP_COMMAND_MAX)
		return refuse(reason, "the command is too long");
	word = next_word(&text, &to, &open);
	if (!word || strcmp(word, "scp") != 0)
		return refuse(reason, "this is no scp command");
	while ((word = next_word(&text, &to, &open))) {
		if (options && !strcmp(word, "--")) {
			options = false;
		} else if (options && *word == '-' && word[1]) {
			if (!take_options(word + 1, out, &from))
				return refuse(reason, "it has an option that is not known here");
		} else if (out->count == SCP_PATHS_MAX) {
			return refuse(reason, "it names too many files at once");
		} else {
			out->path[out->count++] = word;
		}
	}
	if (open)
		return refuse(reason, "a quote is not closed");
	if (out->to == from)
		return refuse(reason, "it needs -t or -f, which SCP clients give");
	if (!out->count || (out->to && out->count > 1))
		return refuse(reason, out->to ? "it needs one target" : "it names no file");
	return 0;
}

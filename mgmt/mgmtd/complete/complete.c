/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/complete/complete_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool complete_is(const struct completing *at, const char *command)
{
	return !strcmp(at->command->name, command);
}

bool complete_edits(const struct completing *at)
{
	return complete_is(at, "add") || complete_is(at, "set");
}

static const struct command_option *find_option(const struct completing *at, const char *name, size_t length)
{
	for (const struct command_option *option = at->command->options; option && option->name; option++)
		if (strlen(option->name) == length && !strncasecmp(option->name, name, length))
			return option->writes && !at->scene->may_write ? NULL : option;
	return NULL;
}

/* An option without a value may say what the words are: script -run NAME, script -create TYPE. */
static enum command_words words_of(const struct completing *at)
{
	for (const struct command_option *option = at->command->options; option && option->name; option++)
		if (!option->value && option->words != WORDS_NONE && line_option(at->line, option->name))
			return option->words;
	return at->command->words;
}

static void offer_options(struct completing *at)
{
	for (const struct command_option *option = at->command->options; option && option->name; option++) {
		char text[MATCH_LENGTH];

		if ((option->writes && !at->scene->may_write) || line_option(at->line, option->name))
			continue;
		snprintf(text, sizeof(text), "-%s", option->name);
		matches_offer(&at->matches, text, option->value && *option->value != '[' ? "=" : "", "");
	}
}

static void offer_commands(struct completing *at)
{
	for (const struct command *command = commands; command->name; command++)
		if (command_is_open(command, at->scene->views, at->scene->may_write))
			matches_offer(&at->matches, command->name, "", "");
}

static void offer_kind(struct completing *at, enum command_words kind)
{
	switch (kind) {
	case WORDS_COMMAND:
		offer_commands(at);
		break;
	case WORDS_SCRIPT:
		complete_scripts(at);
		break;
	case WORDS_INTERFACE:
		complete_names_of(at, "EthernetInterface");
		complete_names_of(at, "VLAN");
		break;
	case WORDS_ADDRESS:
		complete_names_of(at, "IPAddress");
		break;
	case WORDS_VIEW:
		for (const struct command_view_group *view = command_views; view->name; view++)
			matches_offer(&at->matches, view->name, "", "");
		break;
	default:
		break;
	}
}

static void offer_words(struct completing *at)
{
	if (at->words == WORDS_OBJECT || at->words == WORDS_DELETED_OBJECT || at->words == WORDS_TYPE)
		complete_target(at);
	else if (line_word_count(at->line) == 1)
		offer_kind(at, at->words);
}

/* Name=value behind -option=. */
static void complete_option_value(struct completing *at)
{
	const char *equals = strchr(at->token, '=');
	size_t name = (size_t)(equals - at->token) - 1;
	const struct command_option *option = find_option(at, at->token + 1, name);

	if (!option || !option->value || !matches_start(&at->matches, equals + 1))
		return;
	offer_kind(at, option->words);
	if (!equals[1])
		fprintf(at->out, "-%s=%s  %s\n", option->name, option->value, option->summary);
	if (!equals[1] && at->matches.count > 1)
		matches_print(&at->matches, at->scene->columns, at->out);
	else
		complete_take(at, at->token, name + 2, true);
}

static void complete_word(struct completing *at)
{
	bool option = *at->token == '-';

	if (!matches_start(&at->matches, at->token))
		return;
	if (!at->command)
		offer_commands(at);
	else if (!option)
		offer_words(at);
	if (at->command && (option || (!*at->token && !at->matches.count && !at->settled)))
		offer_options(at);
	complete_take(at, "", 0, true);
}

static void complete_token(struct completing *at)
{
	const char *equals = *at->token == '"' ? NULL : strchr(at->token, '=');

	if (at->line->count) {
		at->command = command_find(at->line->argument[0].name);
		if (!at->command || !command_is_open(at->command, at->scene->views, at->scene->may_write))
			return;
		at->words = words_of(at);
		complete_find_target(at);
	}
	if (!at->command || !equals)
		complete_word(at);
	else if (*at->token == '-')
		complete_option_value(at);
	else if (complete_edits(at) && at->type)
		complete_value(at);
}

/* Where the word under the cursor begins; a word may have quotes and escapes. */
static const char *token_start(const char *line)
{
	const char *start = line;
	bool quoted = false;

	for (; *line; line++) {
		if (*line == '\\' && line[1])
			line++;
		else if (*line == '"')
			quoted = !quoted;
		else if (!quoted && strchr(" \t\r\n", *line))
			start = line + 1;
	}
	return start;
}

int complete_line(const struct complete_scene *scene, const char *line, struct completion *out)
{
	struct completing at = {.scene = scene, .token = token_start(line)};
	char reason[128], *before = strndup(line, (size_t)(at.token - line));
	size_t length;
	int error = -ENOMEM;

	*out = (struct completion){.replace = strlen(at.token)};
	at.line = malloc(sizeof(*at.line));
	at.matches.listed = calloc(COMPLETE_LISTED, sizeof(*at.matches.listed));
	at.out = open_memstream(&out->text, &length);
	if (before && at.line && at.matches.listed && at.out) {
		error = 0;
		if (line[strspn(line, " \t")] != '#' && !line_parse(before, at.line, reason)) {
			complete_token(&at);
			line_free(at.line);
		}
	}
	if (at.out && fclose(at.out))
		error = -ENOMEM;
	free(before);
	free(at.line);
	free(at.matches.listed);
	out->insert = at.insert;
	if (error)
		complete_free(out);
	return error;
}

void complete_free(struct completion *completion)
{
	free(completion->insert);
	free(completion->text);
	*completion = (struct completion){0};
}

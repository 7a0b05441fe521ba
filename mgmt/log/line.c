/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/log/line.h"
#include "lib/log_event.h"

#include <stdio.h>
#include <string.h>

#define SYSTEM_MESSAGE "system_message"

static const char *const severities[] = {"Emergency", "Alert",  "Critical",    "Error",
                                         "Warning",   "Notice", "Information", "Debug"};

/* In quotes, within one line. */
static void append_quoted(const char *text, size_t length, char *out, size_t size)
{
	size_t at = strlen(out);

	for (size_t i = 0; i < length && at + 2 < size; i++) {
		unsigned char byte = (unsigned char)text[i];

		out[at++] = byte == '\n' ? ' ' : byte < 0x20 || byte == 0x7f || byte == '"' ? '?' : text[i];
	}
	out[at++] = '"';
	out[at] = 0;
}

/* "RULE: prio=Warning event=no_route_to_source ...": sets category, event and the rest. */
static bool has_names(const char *text, struct log_line *out, const char **event, const char **rest)
{
	const char *prio = strstr(text, ": prio=");
	size_t length = prio ? (size_t)(prio - text) : 0;

	if (!length || length >= sizeof(out->category) ||
	    strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != length)
		return false;
	*event = strstr(prio + 7, " event=");
	if (!*event || (size_t)(*event - prio - 7) != strcspn(prio + 7, " "))
		return false;
	*event += 7;
	*rest = *event + strcspn(*event, " ");
	memcpy(out->category, text, length);
	out->category[length] = 0;
	return true;
}

/* Daemons give names of interfaces; anything else would break the line. */
static void take_interface(const struct message_log_line *message, struct log_line *out)
{
	size_t length = strnlen(message->interface, sizeof(out->interface) - 1);

	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)message->interface[i];

		out->interface[i] = byte <= 0x20 || byte >= 0x7f || byte == '"' ? '?' : message->interface[i];
	}
}

void line_make(const struct message_log_line *message, const char *text, size_t length, struct log_line *out)
{
	const struct log_event_type *type = log_event_type(message->event);
	char clean[LOG_TEXT_MAX + 1];
	const char *event, *rest;

	length = length < LOG_TEXT_MAX ? length : LOG_TEXT_MAX;
	for (size_t i = 0; i < length; i++)
		clean[i] =
		    (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? text[i] == '\n' ? ' ' : '?' : text[i];
	clean[length] = 0;
	*out = (struct log_line){.severity = message->severity & 7,
	                         .event = type ? message->event : LOG_EVENT_NONE,
	                         .activity = message->activity};
	take_interface(message, out);
	if (!type && has_names(clean, out, &event, &rest)) {
		out->number = log_event_number(event, (size_t)(rest - event));
		snprintf(out->text, sizeof(out->text), "%s: prio=%s id=%08u event=%s", out->category,
		         severities[out->severity], out->number, event);
		return;
	}
	out->number = type ? type->number : LOG_EVENT_SYSTEM_MESSAGE;
	snprintf(out->category, sizeof(out->category), "%s", type ? type->category : "SYSTEM");
	snprintf(out->text, sizeof(out->text), "%s: prio=%s id=%08u event=%s daemon=%.*s%s%s description=\"",
	         out->category, severities[out->severity], out->number, type ? type->name : SYSTEM_MESSAGE,
	         (int)strnlen(message->program, sizeof(message->program)), message->program,
	         *out->interface ? " iface=" : "", out->interface);
	append_quoted(clean, length, out->text, sizeof(out->text));
	/* The program's name is as the message has it. */
	for (char *at = out->text; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '?';
}

size_t line_datagram(const struct log_line *line, unsigned facility, const struct tm *when, const char *host,
                     char out[LINE_MAX_BYTES])
{
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int length = snprintf(out, LINE_MAX_BYTES, "<%u>%s %2d %02d:%02d:%02d %s EFW: %s",
	                      facility << 3 | (unsigned)line->severity, months[when->tm_mon % 12],
	                      when->tm_mday, when->tm_hour, when->tm_min, when->tm_sec, host, line->text);

	return length < LINE_MAX_BYTES ? (size_t)length : LINE_MAX_BYTES - 1;
}

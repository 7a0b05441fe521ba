/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_LOG_LINE_H
#define MGMT_LOG_LINE_H

/* What a daemon logged, as receivers get it (C20-002, C20-006, C20-012): one line of names and values. Any thread. */

#include "lib/messages/log.h"

#include <stddef.h>
#include <time.h>

#define LINE_MAX_BYTES 2048 /* what every syslog server takes */

struct log_line {
	uint32_t number;  /* of the event; 0: it has none */
	int severity;     /* as of syslog(3) */
	uint16_t event;   /* enum log_event; LOG_EVENT_NONE: it has no number of its own there */
	uint8_t activity; /* enum log_activity: of the daemon that told */
	char category[16];
	char interface[16];        /* that it is about; "": none */
	char text[LINE_MAX_BYTES]; /* "HA: prio=Notice id=01200001 event=ha_active ..." */
};

/*
 * Makes the line of a message, whose text has length bytes; what is no character of a line becomes '?', and what is too
 * long is cut. Any bytes are safe to give.
 */
void line_make(const struct message_log_line *message, const char *text, size_t length, struct log_line *out);

/*
 * The datagram of a line, after RFC 3164: "<133>Nov 21 20:08:00 10.1.0.2 EFW: ...". when is local time. Returns its length.
 */
size_t line_datagram(const struct log_line *line, unsigned facility, const struct tm *when, const char *host,
                     char out[LINE_MAX_BYTES]);

#endif

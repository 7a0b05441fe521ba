/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_DIAGNOSTICS_PING_H
#define MGMT_MGMTD_DIAGNOSTICS_PING_H

/* `ping`: what is to be sent, and what is printed of it. Runs on the loop's thread. */

#include "lib/messages/probe.h"
#include "mgmt/mgmtd/session/line.h"
#include "mgmt/mgmtd/session/session.h"

#define PING_COUNT_MAX  1000
#define PING_REASON_MAX 256

enum ping_detail {
	PING_PLAIN,
	PING_VERBOSE,      /* times, TTLs, and the rules and routes of a simulation */
	PING_VERY_VERBOSE, /* also the nodes of the graph that each packet goes through */
};

struct ping_settings {
	struct message_probe_start probe; /* without id and watch */
	uint32_t count;
	enum ping_detail detail;
};

/* Reads a line. Returns 0, or -EINVAL with what is wrong in reason. Pure but for the configuration. */
int ping_settings_read(const struct configuration *configuration, const struct line *line,
                       struct ping_settings *out, char reason[PING_REASON_MAX]);

/* The session's command has been given up. */
void ping_forget(struct session *session);

/* --- ping_text.c: the lines of the guide
 * ----------------------------------------------------------------------------------- */

/* "Sending 4-byte ICMP ping to 10.4.0.2:61083 from 10.4.0.1:8", or what a simulation begins with. */
void ping_print_sent(const struct configuration *configuration, const struct ping_settings *settings,
                     const struct message_probe_event *event, FILE *out);
/* A reply, data, or what else came back. */
void ping_print_answer(const struct ping_settings *settings, const struct message_probe_event *event,
                       FILE *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/diagnostics/snoop.h"
#include "lib/messages/type.h"
#include "mgmt/mgmtd/diagnostics/diagnostics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_MAX  32   /* packets on their way at once */
#define TEXT_PART 4096 /* bytes of one message to the session */

struct snoop {
	struct session *session;
	enum snoop_kind kind;
	uint32_t id;
	bool answered; /* it has started */
	enum watch_detail detail;
	uint32_t packets, shown; /* to trace, traced */
	uint64_t left_out;       /* by the datapath, as far as told */
	uint64_t missed;         /* that the client was too slow for */
	char what[96];
	struct traced_packet open[OPEN_MAX];
};

static const char *const names[SNOOP_KINDS] = {[SNOOP_RULES] = "rulesnoop", [SNOOP_PACKETS] = "trace"};
static const char *const things[SNOOP_KINDS] = {[SNOOP_RULES] = "decisions", [SNOOP_PACKETS] = "packets"};

static void end(struct snoop *snoop)
{
	diagnostics_end(snoop->session->engine->diagnostics, snoop->id);
	snoop->session->snoop[snoop->kind] = NULL;
	free(snoop);
}

static bool push(struct snoop *snoop, const char *text)
{
	return session_push(snoop->session, text) == 0;
}

/* What could not be shown is told before what can be. */
static void show(struct snoop *snoop, const char *text)
{
	char before[128] = "";

	if (snoop->missed) {
		snprintf(before, sizeof(before),
		         "%s: %llu %s are not shown: they came while a command ran, or too fast.\n",
		         names[snoop->kind], (unsigned long long)snoop->missed, things[snoop->kind]);
		if (!push(snoop, before)) {
			snoop->missed++;
			return;
		}
		snoop->missed = 0;
	}
	if (!push(snoop, text))
		snoop->missed++;
}

static void on_decision(struct snoop *snoop, const struct watch_event *event)
{
	char text[TEXT_PART] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	if (!out || !(event->facts & WATCH_DECIDED)) {
		if (out)
			fclose(out);
		return;
	}
	watch_print_decision(&snoop->session->engine->running, event, snoop->detail, out);
	fclose(out);
	show(snoop, text);
}

static void show_packet(struct snoop *snoop, struct traced_packet *packet)
{
	char text[TEXT_PART] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	/* One that waited for its next hop comes again without having entered again. */
	snoop->shown +=
	    !strcmp(packet->first.node, "ethernet_input") || !strcmp(packet->first.node, "host_input");
	if (out) {
		traced_packet_print(&snoop->session->engine->running, packet, out);
		fclose(out);
		show(snoop, text);
	}
	packet->packet = 0;
}

/* The packet's place, or a free one; where there is none that of the oldest, as far as it was seen. */
static struct traced_packet *place_of(struct snoop *snoop, uint32_t number)
{
	struct traced_packet *found = NULL;

	for (unsigned i = 0; i < OPEN_MAX; i++)
		if (snoop->open[i].packet == number)
			return &snoop->open[i];
	for (unsigned i = 0; i < OPEN_MAX; i++)
		if (!found || snoop->open[i].packet < found->packet)
			found = &snoop->open[i];
	if (found->packet)
		show_packet(snoop, found);
	return found;
}

static void on_packet(struct snoop *snoop, const struct watch_event *event)
{
	struct traced_packet *packet = place_of(snoop, event->packet);

	if (traced_packet_add(packet, event))
		show_packet(snoop, packet);
	if (snoop->shown >= snoop->packets) {
		char text[64];

		snprintf(text, sizeof(text), "trace: ended after %u packets.\n", snoop->shown);
		show(snoop, text);
		end(snoop);
	}
}

static const char *reason_of(int error)
{
	return error == -ENOSPC  ? "others watch already, and no more at once can"
	       : error == -EBUSY ? "somebody else watches"
	                         : strerror(-error);
}

static void on_started(struct snoop *snoop, int error)
{
	struct session *session = snoop->session;

	snoop->answered = true;
	if (error)
		fprintf(session->out, "%s: the datapath does not watch: %s.\n", names[snoop->kind],
		        reason_of(error));
	else
		fprintf(session->out, "Watching %s %s. '%s none' ends it.\n",
		        snoop->kind == SNOOP_RULES ? "rules" : "packets", snoop->what, names[snoop->kind]);
	if (error)
		end(snoop);
	session_end(session, error);
}

static void on_state(struct snoop *snoop, const struct message_watch_state *state)
{
	char text[128];

	if (!snoop->answered) {
		on_started(snoop, state->error);
		return;
	}
	if (state->left_out <= snoop->left_out)
		return;
	snprintf(text, sizeof(text), "%s: %llu %s were left out: they came too fast.\n", names[snoop->kind],
	         (unsigned long long)(state->left_out - snoop->left_out), things[snoop->kind]);
	snoop->left_out = state->left_out;
	show(snoop, text);
}

static void told(void *user, uint32_t type, const void *body)
{
	struct snoop *snoop = user;

	if (!body) {
		if (!snoop->answered) {
			on_started(snoop, -ENOTCONN);
			return;
		}
		show(snoop, snoop->kind == SNOOP_RULES ? "rulesnoop: ended, the datapath went away.\n"
		                                       : "trace: ended, the datapath went away.\n");
		end(snoop);
	} else if (type == MESSAGE_WATCH_STATE) {
		on_state(snoop, body);
	} else if (snoop->kind == SNOOP_RULES) {
		on_decision(snoop, body);
	} else {
		on_packet(snoop, body);
	}
}

int snoop_start(struct session *session, enum snoop_kind kind, struct message_watch_start *start,
                enum watch_detail detail, const char *what)
{
	struct snoop *snoop = calloc(1, sizeof(*snoop));
	int error = -ENOMEM;

	snoop_end(session, kind);
	if (snoop) {
		*snoop = (struct snoop){
		    .session = session, .kind = kind, .detail = detail, .packets = start->packets};
		snprintf(snoop->what, sizeof(snoop->what), "%s", what);
		error = diagnostics_watch(session->engine->diagnostics, start, told, snoop);
	}
	if (error) {
		fprintf(session->out, "The datapath cannot be reached: %s.\n", strerror(-error));
		free(snoop);
		return error;
	}
	snoop->id = start->id;
	session->snoop[kind] = snoop;
	return SESSION_WAITS;
}

const char *snoop_what(const struct session *session, enum snoop_kind kind)
{
	return session->snoop[kind] ? session->snoop[kind]->what : NULL;
}

bool snoop_end(struct session *session, enum snoop_kind kind)
{
	bool was = session->snoop[kind] != NULL;

	if (was)
		end(session->snoop[kind]);
	return was;
}

void snoop_break(struct session *session)
{
	for (unsigned kind = 0; kind < SNOOP_KINDS; kind++) {
		char text[32];

		snprintf(text, sizeof(text), "%s: ended.\n", names[kind]);
		if (snoop_end(session, kind))
			(void)session_push(session, text);
	}
}

void snoop_forget(struct session *session, bool everything)
{
	for (unsigned kind = 0; kind < SNOOP_KINDS; kind++)
		if (session->snoop[kind] && (everything || !session->snoop[kind]->answered))
			end(session->snoop[kind]);
}

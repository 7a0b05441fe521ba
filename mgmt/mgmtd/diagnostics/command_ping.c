/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/probe.h"
#include "lib/messages/type.h"
#include "lib/messages/watch.h"
#include "lib/timer.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/diagnostics/diagnostics.h"
#include "mgmt/mgmtd/diagnostics/ping.h"
#include "mgmt/mgmtd/diagnostics/watch_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define INTERVAL_NS  1000000000ULL /* between two requests */
#define REPLY_NS     2000000000ULL /* that an answer is awaited */
#define DATA_NS      5000000000ULL /* that one over TCP is, where something was asked for */
#define SIMULATED_NS 1000000000ULL /* until a simulated packet must have come to its end */
#define WATCH_RATE   1000
#define QUEUE_MAX    65536

struct ping {
	struct session *session;
	struct ping_settings settings;
	uint32_t watch, probe; /* ids, 0: none */
	uint32_t sent, answered;
	bool replied; /* to the present request */
	struct traced_packet packet;
	struct timer timer;
};

void ping_forget(struct session *session)
{
	struct ping *ping = session->ping;

	if (!ping)
		return;
	timer_stop(&ping->timer);
	diagnostics_end(session->engine->diagnostics, ping->probe);
	diagnostics_end(session->engine->diagnostics, ping->watch);
	session->ping = NULL;
	free(ping);
}

static void end(struct ping *ping, int error)
{
	struct session *session = ping->session;

	if (!error && !ping->settings.probe.simulate) {
		if (ping->settings.count > 1)
			fprintf(session->out, "%u packets sent, %u answered.\n", ping->sent, ping->answered);
		error = ping->answered ? 0 : -ETIMEDOUT;
	}
	ping_forget(session);
	session_end(session, error);
}

static void start_timer(struct ping *ping, uint64_t ns, void (*function)(void *user))
{
	if (timer_start(&ping->timer, ping->session->engine->loop, QB_LOOP_LOW, ns, ping, function))
		end(ping, -ENOMEM);
}

static void flush(struct ping *ping)
{
	session_rearm(ping->session);
	(void)session_flush(ping->session, QUEUE_MAX);
}

static void next(void *user);

/* The present request has had what it gets. */
static void request_done(struct ping *ping)
{
	diagnostics_end(ping->session->engine->diagnostics, ping->probe);
	ping->probe = 0;
	if (ping->sent == ping->settings.count) {
		end(ping, 0);
		return;
	}
	flush(ping);
	start_timer(ping, ping->settings.probe.simulate ? 1 : INTERVAL_NS, next);
}

static void on_silence(void *user)
{
	struct ping *ping = user;
	char to[IP_ADDRESS_TEXT];

	if (ping->settings.probe.simulate)
		fputs("The packet has not come to an end yet.\n", ping->session->out);
	else if (!ping->replied)
		fprintf(ping->session->out, "No reply from %s.\n",
		        ip_address_format(&ping->settings.probe.destination, to));
	request_done(ping);
}

static void on_event(struct ping *ping, const struct message_probe_event *event)
{
	FILE *out = ping->session->out;

	switch (event->kind) {
	case PROBE_SENT:
		ping_print_sent(&ping->session->engine->running, &ping->settings, event, out);
		ping->sent++;
		/* Further requests of this ping have its identifier, as one program's have. */
		if (ping->settings.probe.protocol == IPPROTO_ICMP)
			ping->settings.probe.own_port = event->ends.port[0];
		flush(ping);
		break;
	case PROBE_REFUSED:
		fprintf(out, "ping: %s.\n", event->text);
		end(ping, -EINVAL);
		break;
	case PROBE_ENDED:
		if (ping->replied)
			request_done(ping);
		break;
	default:
		ping_print_answer(&ping->settings, event, out);
		ping->answered += !ping->replied && event->kind == PROBE_REPLY;
		ping->replied = true;
		flush(ping);
	}
}

/* A node more of a packet's way. */
static void on_node(struct ping *ping, const struct watch_event *event)
{
	const struct configuration *running = &ping->session->engine->running;
	FILE *out = ping->session->out;
	bool own = event->facts & WATCH_FROM_US, last;

	if (event->facts & WATCH_DECIDED && !own && ping->settings.detail != PING_PLAIN)
		watch_print_decision(running, event, WATCH_EXTREME, out);
	last = traced_packet_add(&ping->packet, event);
	if (!last)
		return;
	/* One that no flow was asked for has met an older flow, or was dropped before. */
	if (ping->settings.detail == PING_VERY_VERBOSE ||
	    (ping->settings.detail == PING_VERBOSE && ping->settings.probe.simulate && !ping->packet.decided))
		traced_packet_print(running, &ping->packet, out);
	ping->packet.packet = 0;
	flush(ping);
	if (ping->settings.probe.simulate)
		request_done(ping);
}

static void told(void *user, uint32_t type, const void *body)
{
	const struct message_watch_state *state = body;
	struct ping *ping = user;

	if (!body) {
		fputs("The datapath went away.\n", ping->session->out);
		end(ping, -ENOTCONN);
	} else if (type == MESSAGE_PROBE_EVENT) {
		on_event(ping, body);
	} else if (type == MESSAGE_WATCH_EVENTS) {
		on_node(ping, body);
	} else if (state->error) {
		fprintf(ping->session->out, "ping: the datapath does not watch the packet: %s.\n",
		        strerror(-state->error));
		end(ping, state->error);
	} else if (!ping->sent && !ping->probe) {
		next(ping);
	}
}

static uint64_t patience(const struct ping *ping)
{
	if (ping->settings.probe.simulate)
		return SIMULATED_NS;
	return ping->settings.probe.protocol == IPPROTO_TCP && ping->settings.probe.length ? DATA_NS
	                                                                                   : REPLY_NS;
}

static void next(void *user)
{
	struct ping *ping = user;
	int error;

	ping->replied = false;
	ping->packet.packet = 0;
	ping->settings.probe.watch = ping->watch;
	ping->settings.probe.sequence = (uint16_t)(ping->sent + 1);
	error = diagnostics_probe(ping->session->engine->diagnostics, &ping->settings.probe, told, ping);
	if (error) {
		end(ping, error);
		return;
	}
	ping->probe = ping->settings.probe.id;
	start_timer(ping, patience(ping), on_silence);
}

/* Only what is to be told of its way is watched. */
static int begin(struct ping *ping)
{
	struct message_watch_start start = {.kind = WATCH_PROBES, .rate = WATCH_RATE};
	struct diagnostics *diagnostics = ping->session->engine->diagnostics;
	int error;

	if (ping->settings.detail == PING_PLAIN && !ping->settings.probe.simulate) {
		ping->settings.probe.sequence = 1;
		error = diagnostics_probe(diagnostics, &ping->settings.probe, told, ping);
		ping->probe = ping->settings.probe.id;
		if (!error)
			start_timer(ping, patience(ping), on_silence);
		return error;
	}
	error = diagnostics_watch(diagnostics, &start, told, ping);
	ping->watch = start.id;
	return error;
}

int command_ping(struct session *session, const struct line *line)
{
	struct ping_settings settings;
	char reason[PING_REASON_MAX];
	int error;

	if (ping_settings_read(&session->engine->running, line, &settings, reason)) {
		fprintf(session->out, "ping: %s.\n", reason);
		return -EINVAL;
	}
	session->ping = calloc(1, sizeof(*session->ping));
	if (!session->ping)
		return -ENOMEM;
	*session->ping = (struct ping){.session = session, .settings = settings};
	error = begin(session->ping);
	if (!error)
		return SESSION_WAITS;
	fprintf(session->out, "The datapath cannot be reached: %s.\n", strerror(-error));
	ping_forget(session);
	return error;
}

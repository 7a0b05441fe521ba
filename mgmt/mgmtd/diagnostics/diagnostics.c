/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/diagnostics/diagnostics.h"
#include "lib/ipc.h"
#include "lib/messages/type.h"
#include "mgmt/mgmtd/engine/datapath_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct subject {
	struct subject *next;
	uint32_t id;
	bool probe; /* else a watch */
	diagnostics_told told;
	void *user;
};

struct diagnostics {
	struct engine *engine;
	struct subject *first;
	uint32_t last_id;
};

static struct subject *find(const struct diagnostics *diagnostics, uint32_t id)
{
	struct subject *subject = diagnostics->first;

	while (subject && subject->id != id)
		subject = subject->next;
	return subject;
}

static void drop(struct diagnostics *diagnostics, struct subject *subject)
{
	struct subject **at = &diagnostics->first;

	while (*at != subject)
		at = &(*at)->next;
	*at = subject->next;
	free(subject);
}

/* Whoever is told may end it, or others. */
static void tell(struct diagnostics *diagnostics, uint32_t type, uint32_t id, const void *body)
{
	const struct subject *subject = find(diagnostics, id);

	if (subject)
		subject->told(subject->user, type, body);
}

static void on_events(struct diagnostics *diagnostics, const struct ipc_message *message)
{
	struct watch_event event;

	for (size_t at = 0; at + sizeof(event) <= message->length; at += sizeof(event)) {
		memcpy(&event, (const uint8_t *)message->body + at, sizeof(event));
		event.node[sizeof(event.node) - 1] = 0;
		event.drop[sizeof(event.drop) - 1] = 0;
		event.rule_name[sizeof(event.rule_name) - 1] = 0;
		tell(diagnostics, MESSAGE_WATCH_EVENTS, event.id, &event);
	}
}

static void on_state(struct diagnostics *diagnostics, const struct ipc_message *message)
{
	struct message_watch_state state;

	if (message->length < sizeof(state))
		return;
	memcpy(&state, message->body, sizeof(state));
	tell(diagnostics, MESSAGE_WATCH_STATE, state.id, &state);
}

static void on_probe(struct diagnostics *diagnostics, const struct ipc_message *message)
{
	struct message_probe_event event;

	if (message->length < sizeof(event))
		return;
	memcpy(&event, message->body, sizeof(event));
	event.text[sizeof(event.text) - 1] = 0;
	tell(diagnostics, MESSAGE_PROBE_EVENT, event.id, &event);
}

static void on_message(void *user, const struct ipc_message *message)
{
	struct diagnostics *diagnostics = user;

	if (!message) {
		while (diagnostics->first) {
			struct subject gone = *diagnostics->first;

			drop(diagnostics, diagnostics->first);
			gone.told(gone.user, gone.probe ? MESSAGE_PROBE_EVENT : MESSAGE_WATCH_STATE, NULL);
		}
		return;
	}
	if (message->type == MESSAGE_WATCH_EVENTS)
		on_events(diagnostics, message);
	else if (message->type == MESSAGE_WATCH_STATE)
		on_state(diagnostics, message);
	else
		on_probe(diagnostics, message);
}

int diagnostics_create(struct engine *engine, struct diagnostics **out)
{
	struct diagnostics *diagnostics = calloc(1, sizeof(*diagnostics));

	if (!diagnostics)
		return -ENOMEM;
	diagnostics->engine = engine;
	datapath_link_diagnostics(engine->datapath, on_message, diagnostics);
	*out = diagnostics;
	return 0;
}

void diagnostics_destroy(struct diagnostics *diagnostics)
{
	if (!diagnostics)
		return;
	datapath_link_diagnostics(diagnostics->engine->datapath, NULL, NULL);
	while (diagnostics->first)
		drop(diagnostics, diagnostics->first);
	free(diagnostics);
}

/* 0 is no id. */
static uint32_t new_id(struct diagnostics *diagnostics)
{
	diagnostics->last_id = diagnostics->last_id == UINT32_MAX ? 1 : diagnostics->last_id + 1;
	return diagnostics->last_id;
}

static int add(struct diagnostics *diagnostics, const struct subject *as, uint32_t type, const void *body,
               size_t length)
{
	struct subject *subject = malloc(sizeof(*subject));
	int error;

	if (!subject)
		return -ENOMEM;
	error = datapath_link_send(diagnostics->engine->datapath, type, body, length);
	if (error) {
		free(subject);
		return error;
	}
	*subject = *as;
	subject->next = diagnostics->first;
	diagnostics->first = subject;
	return 0;
}

int diagnostics_watch(struct diagnostics *diagnostics, struct message_watch_start *start,
                      diagnostics_told told, void *user)
{
	if (!diagnostics)
		return -ENOTCONN;
	start->id = new_id(diagnostics);
	return add(diagnostics, &(struct subject){.id = start->id, .told = told, .user = user},
	           MESSAGE_WATCH_START, start, sizeof(*start));
}

int diagnostics_probe(struct diagnostics *diagnostics, struct message_probe_start *start,
                      diagnostics_told told, void *user)
{
	if (!diagnostics)
		return -ENOTCONN;
	start->id = new_id(diagnostics);
	return add(diagnostics, &(struct subject){.id = start->id, .probe = true, .told = told, .user = user},
	           MESSAGE_PROBE_START, start, sizeof(*start));
}

void diagnostics_end(struct diagnostics *diagnostics, uint32_t id)
{
	struct subject *subject = diagnostics ? find(diagnostics, id) : NULL;
	bool probe;

	if (!subject)
		return;
	probe = subject->probe;
	drop(diagnostics, subject);
	/* Both stop messages are the id alone. A datapath that is gone has forgotten it already. */
	(void)datapath_link_send(diagnostics->engine->datapath,
	                         probe ? MESSAGE_PROBE_STOP : MESSAGE_WATCH_STOP, &id, sizeof(id));
}

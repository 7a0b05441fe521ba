/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/capture/capture.h"
#include "lib/messages/capture.h"
#include "mgmt/mgmtd/capture/file_format.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/session/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct captures {
	struct engine *engine;
	struct capture *first;
	uint32_t last_id;
};

bool capture_memory_suffices(uint64_t free_kb, uint64_t buffers_kb)
{
	return free_kb >= CAPTURE_MEMORY_KB + buffers_kb;
}

struct capture *captures_first(const struct captures *captures)
{
	return captures ? captures->first : NULL;
}

struct capture *capture_find(const struct captures *captures, const char *interface)
{
	struct capture *capture = captures_first(captures);

	while (capture && strcmp(capture->interface, interface) != 0)
		capture = capture->next;
	return capture;
}

static void drop(struct captures *captures, struct capture *capture)
{
	struct capture **at = &captures->first;

	while (*at != capture)
		at = &(*at)->next;
	*at = capture->next;
	capture_buffer_close(&capture->buffer);
	free(capture);
}

/* What does not run and holds nothing is forgotten. */
static void drop_empty(struct captures *captures)
{
	for (struct capture *at = captures->first, *next; at; at = next) {
		next = at->next;
		if (!at->id && capture_buffer_is_empty(&at->buffer))
			drop(captures, at);
	}
}

bool captures_waiting(const struct captures *captures, const struct session *session)
{
	for (const struct capture *at = captures_first(captures); at; at = at->next)
		if (at->waiter == session)
			return true;
	return false;
}

/* The command ends with the last answer that it waits for. */
static void answered(struct captures *captures, struct session *session, int error)
{
	if (error)
		session->capture_error = error;
	if (!captures_waiting(captures, session))
		session_end(session, session->capture_error);
}

static int tell_datapath(struct captures *captures, uint32_t type, const void *body, size_t length)
{
	return datapath_link_send(captures->engine->datapath, type, body, length);
}

int capture_start(struct captures *captures, struct session *session, const char *interface, uint16_t id,
                  const struct capture_settings *settings)
{
	struct message_capture_start start = {.interface = id, .filter = settings->filter};
	struct capture *capture = capture_find(captures, interface);
	int error = 0;

	if (capture && capture->id)
		return -EBUSY;
	if (!capture) {
		capture = calloc(1, sizeof(*capture));
		if (!capture)
			return -ENOMEM;
		snprintf(capture->interface, sizeof(capture->interface), "%s", interface);
		capture->next = captures->first;
		captures->first = capture;
	}
	if (!settings->nocap)
		error = capture_buffer_open(&capture->buffer, (size_t)settings->buffer_kb << 10);
	/* 0 is no id. */
	start.id = captures->last_id = captures->last_id == UINT32_MAX ? 1 : captures->last_id + 1;
	start.length = settings->out ? 0 : settings->snaplen;
	if (!error)
		error = tell_datapath(captures, MESSAGE_CAPTURE_START, &start, sizeof(start));
	if (error) {
		drop_empty(captures);
		return error;
	}
	capture->id = start.id;
	capture->stopping = capture->over = false;
	capture->why = NULL;
	capture->settings = *settings;
	capture->received = capture->sent = capture->lost = capture->hidden = 0;
	capture->owner = capture->waiter = session;
	return 0;
}

int capture_stop(struct captures *captures, struct session *session, struct capture *capture)
{
	const struct message_capture_stop stop = {.id = capture->id};
	int error = capture->id ? 0 : -ENOENT;

	/* Somebody else's command waits for it: one at a time. */
	if (capture->waiter && capture->waiter != session)
		return -EBUSY;
	if (!error && !capture->stopping)
		error = tell_datapath(captures, MESSAGE_CAPTURE_STOP, &stop, sizeof(stop));
	if (error)
		return error;
	capture->stopping = true;
	capture->waiter = session;
	return 0;
}

/* It has what it wanted, or cannot go on. */
static void stop_by_itself(struct captures *captures, struct capture *capture, const char *why)
{
	const struct message_capture_stop stop = {.id = capture->id};

	capture->over = true;
	capture->why = why;
	if (!capture->stopping && !tell_datapath(captures, MESSAGE_CAPTURE_STOP, &stop, sizeof(stop)))
		capture->stopping = true;
}

static bool exists(const struct file_store *store, const struct file_path *path)
{
	char reason[MESSAGE_TEXT];
	int file = file_store_open(store, path, reason);

	if (file >= 0)
		close(file);
	return file >= 0;
}

int capture_write(struct captures *captures, const struct capture *capture, char name[FILE_PATH_MAX],
                  char reason[MESSAGE_TEXT])
{
	const struct file_store *store = &captures->engine->files;
	struct file_path path = {.folder = FILE_ROOT};
	time_t now = time(NULL);
	struct tm local;
	uint8_t *bytes;
	size_t length;
	char when[32];
	int error;

	if (!*name) {
		strftime(when, sizeof(when), "%Y-%m-%d_%H.%M.%S", localtime_r(&now, &local));
		snprintf(path.name, sizeof(path.name), "%s_%s.cap", capture->interface, when);
		/* Of the same second. */
		for (unsigned i = 2; exists(store, &path) && i < 100; i++)
			snprintf(path.name, sizeof(path.name), "%s_%s_%u.cap", capture->interface, when, i);
		snprintf(name, FILE_PATH_MAX, "%s", path.name);
	} else {
		snprintf(path.name, sizeof(path.name), "%s", name);
	}
	error = capture_file_make(capture_file_of(path.name), capture->interface, &capture->buffer, &bytes,
	                          &length);
	if (error) {
		snprintf(reason, MESSAGE_TEXT, "%s: there is no memory for the file", path.name);
		return error;
	}
	error = file_store_write(store, &path, bytes, length, reason);
	free(bytes);
	return error;
}

static void tell_owner(struct captures *captures, const struct capture *capture, const char *text)
{
	struct session *owner = capture->owner;

	if (!owner)
		sessions_notify(captures->engine, text);
	else if (session_push(owner, text))
		snprintf(owner->notice, sizeof(owner->notice), "%.*s", (int)strcspn(text, "\n"), text);
}

/* Text of what the end of a capture left, to a session that waits or to the one that started it. */
static void tell_end(struct captures *captures, struct capture *capture, const char *saved,
                     const char *reason)
{
	char text[1024];
	size_t length = 0;

	if (capture->waiter)
		fprintf(capture->waiter->out, "%-9s %-8llu %-9llu %s\n", capture->interface,
		        (unsigned long long)capture->received, (unsigned long long)capture->sent,
		        *saved ? saved : "-");
	if (capture->why)
		length += (size_t)snprintf(text, sizeof(text), "%s: Packet capture stopped (%s).\n",
		                           capture->interface, capture->why);
	if (capture->why && *saved)
		length += (size_t)snprintf(text + length, sizeof(text) - length,
		                           "Packets have been saved to file \"%s\".\n", saved);
	if (*reason)
		length +=
		    (size_t)snprintf(text + length, sizeof(text) - length,
		                     "%s: the packets stay in the buffer: %s.\n", capture->interface, reason);
	if (capture->lost || capture->hidden)
		length += (size_t)snprintf(
		    text + length, sizeof(text) - length,
		    "%s: %llu packets were not captured and %llu not shown: they came too fast.\n",
		    capture->interface, (unsigned long long)capture->lost,
		    (unsigned long long)capture->hidden);
	if (length && capture->waiter)
		fputs(text, capture->waiter->out);
	else if (length)
		tell_owner(captures, capture, text);
}

/* The last packet is here. */
static void ended(struct captures *captures, struct capture *capture)
{
	const struct capture_settings *settings = &capture->settings;
	struct session *waiter = capture->waiter;
	char name[FILE_PATH_MAX] = "", reason[MESSAGE_TEXT] = "";
	int error = 0;

	if (!settings->nowrite && !settings->nocap && !capture_buffer_is_empty(&capture->buffer)) {
		error = capture_write(captures, capture, name, reason);
		if (error)
			name[0] = 0;
		else
			capture_buffer_clear(&capture->buffer);
	}
	tell_end(captures, capture, name, reason);
	capture->id = 0;
	capture->owner = capture->waiter = NULL;
	drop_empty(captures);
	if (waiter)
		answered(captures, waiter, error);
}

static void on_state(struct captures *captures, struct capture *capture,
                     const struct message_capture_state *state)
{
	struct session *waiter = capture->waiter;

	capture->lost = state->lost;
	if (capture->stopping && state->ended) {
		ended(captures, capture);
		return;
	}
	/* Else it is the answer to the start, or more was lost. */
	if (!waiter || capture->stopping)
		return;
	capture->waiter = NULL;
	if (state->error) {
		fprintf(waiter->out, "%s cannot be captured: %s.\n", capture->interface,
		        strerror(-state->error));
		capture->id = 0;
		drop_empty(captures);
	} else {
		fprintf(waiter->out, "Starting packet capture on: %s\n", capture->interface);
	}
	answered(captures, waiter, state->error);
}

static void show(struct capture *capture, const struct captured_packet *packet)
{
	char *text = NULL;
	size_t length;
	FILE *out;

	if (!capture->settings.out || !capture->owner)
		return;
	out = open_memstream(&text, &length);
	if (!out)
		return;
	capture_print(packet, capture->settings.format, out);
	fclose(out);
	if (!text || session_push(capture->owner, text))
		capture->hidden++;
	free(text);
}

static void on_packet(struct captures *captures, struct capture *capture, const struct capture_record *record)
{
	const struct captured_packet packet = {.bytes = (const uint8_t *)(record + 1),
	                                       .captured = record->captured,
	                                       .length = record->length,
	                                       .time_us = record->time_us,
	                                       .sent = record->sent != 0};

	if (!capture->id || capture->over)
		return;
	if (!capture->settings.nocap &&
	    capture_buffer_add(&capture->buffer, &packet, capture->settings.snaplen)) {
		stop_by_itself(captures, capture, "buffer size limit reached");
		return;
	}
	if (packet.sent)
		capture->sent++;
	else
		capture->received++;
	show(capture, &packet);
	if (capture->settings.count && capture->received + capture->sent == capture->settings.count)
		stop_by_itself(captures, capture, "packet count reached");
}

static struct capture *by_id(const struct captures *captures, uint32_t id)
{
	struct capture *capture = id ? captures->first : NULL;

	while (capture && capture->id != id)
		capture = capture->next;
	return capture;
}

static void on_packets(struct captures *captures, const struct ipc_message *message)
{
	size_t at = 0;

	while (message->length - at >= sizeof(struct capture_record)) {
		const struct capture_record *record =
		    (const struct capture_record *)(const void *)((const char *)message->body + at);
		struct capture *capture = by_id(captures, record->id);

		if (record->captured > CAPTURE_LENGTH_MAX ||
		    message->length - at < capture_record_size(record->captured))
			return;
		if (capture)
			on_packet(captures, capture, record);
		at += capture_record_size(record->captured);
	}
}

static void on_datapath_gone(struct captures *captures)
{
	struct capture *running;

	/* An end may change the list. */
	do {
		for (running = captures->first; running && !running->id; running = running->next)
			;
		if (running) {
			running->why = "the datapath went away";
			ended(captures, running);
		}
	} while (running);
}

static void on_message(void *user, const struct ipc_message *message)
{
	struct captures *captures = user;

	if (!message) {
		on_datapath_gone(captures);
	} else if (message->type == MESSAGE_CAPTURE_PACKETS) {
		on_packets(captures, message);
	} else if (message->length == sizeof(struct message_capture_state)) {
		const struct message_capture_state *state = message->body;
		struct capture *capture = by_id(captures, state->id);

		if (capture)
			on_state(captures, capture, state);
	}
}

void captures_clear(struct captures *captures)
{
	for (struct capture *at = captures_first(captures); at; at = at->next)
		capture_buffer_clear(&at->buffer);
	if (captures)
		drop_empty(captures);
}

void captures_forget(struct captures *captures, const struct session *session, bool gone)
{
	for (struct capture *at = captures_first(captures); at; at = at->next) {
		if (at->waiter == session)
			at->waiter = NULL;
		if (!gone || at->owner != session)
			continue;
		at->owner = NULL;
		if (at->settings.nocap && at->id)
			stop_by_itself(captures, at, "its session ended");
	}
}

int captures_create(struct engine *engine, struct captures **out)
{
	struct captures *captures = calloc(1, sizeof(*captures));

	if (!captures)
		return -ENOMEM;
	captures->engine = engine;
	*out = captures;
	datapath_link_captures(engine->datapath, on_message, captures);
	return 0;
}

void captures_destroy(struct captures *captures)
{
	if (!captures)
		return;
	datapath_link_captures(captures->engine->datapath, NULL, NULL);
	while (captures->first)
		drop(captures, captures->first);
	free(captures);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/ipc_socket.h"
#include "lib/log.h"
#include "lib/log_event.h"
#include "lib/messages/log.h"
#include "lib/messages/type.h"
#include "lib/paths.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char *own_name;
static int connection = -1;
static uint32_t lost; /* since a line got through */
static enum log_event current;
static const char *current_interface = "";
static enum log_activity activity;

/* Returns 0, or -ENOENT where nobody wants to know. */
static int reach(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = PATH_LOG_SOCKET};
	int error;

	if (connection >= 0)
		return 0;
	connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (connection < 0)
		return -EAGAIN;
	ipc_socket_tune(connection);
	if (!connect(connection, (struct sockaddr *)&address, sizeof(address)))
		return 0;
	/* A full backlog says EAGAIN, a dead hadrian-log ECONNREFUSED. */
	error = errno == ENOENT ? -ENOENT : -EAGAIN;
	close(connection);
	connection = -1;
	return error;
}

static int transmit(const void *body, size_t length)
{
	int error = reach();

	if (!error)
		error = ipc_socket_send(connection, MESSAGE_LOG_LINE, body, length, -1);
	if (error && error != -EAGAIN && connection >= 0) {
		/* Another hadrian-log, perhaps. */
		close(connection);
		connection = -1;
		error = reach();
		if (!error)
			error = ipc_socket_send(connection, MESSAGE_LOG_LINE, body, length, -1);
	}
	return error;
}

static void on_line(int32_t target, struct qb_log_callsite *site, struct timespec *time, const char *text)
{
	struct {
		struct message_log_line head;
		char text[LOG_TEXT_MAX];
	} line = {.head = {.time_us = (uint64_t)time->tv_sec * 1000000 + (uint64_t)time->tv_nsec / 1000,
	                   .lost = lost,
	                   .severity = site->priority,
	                   .activity = (uint8_t)activity,
	                   .event = (uint16_t)current}};
	size_t length = strnlen(text, LOG_TEXT_MAX);
	int error;

	(void)target;
	snprintf(line.head.program, sizeof(line.head.program), "%s", own_name);
	snprintf(line.head.interface, sizeof(line.head.interface), "%s", current_interface);
	memcpy(line.text, text, length);
	error = transmit(&line, sizeof(line.head) + length);
	/* Where nobody wants to know nothing is lost. */
	lost = error == -EAGAIN ? lost + 1 : 0;
}

void log_forward(const char *program)
{
	int32_t target = qb_log_custom_open(on_line, NULL, NULL, NULL);

	if (target < 0)
		return;
	own_name = program;
	qb_log_filter_ctl(target, QB_LOG_FILTER_ADD, QB_LOG_FILTER_FILE, "*", LOG_INFO);
	qb_log_ctl(target, QB_LOG_CONF_MAX_LINE_LEN, LOG_TEXT_MAX);
	qb_log_format_set(target, "%b");
	qb_log_ctl(target, QB_LOG_CONF_ENABLED, QB_TRUE);
}

void log_activity(bool active)
{
	activity = active ? LOG_ACTIVITY_ACTIVE : LOG_ACTIVITY_INACTIVE;
}

static __attribute__((format(printf, 3, 0))) void tell(enum log_event event, const char *interface,
                                                       const char *format, va_list arguments)
{
	const struct log_event_type *type = log_event_type(event);
	char text[LOG_TEXT_MAX];

	vsnprintf(text, sizeof(text), format, arguments);
	current = event;
	current_interface = interface;
	qb_log_from_external_source(__func__, __FILE__, "%s", (uint8_t)(type ? type->severity : LOG_INFO),
	                            __LINE__, 0, text);
	current = LOG_EVENT_NONE;
	current_interface = "";
}

void log_event(enum log_event event, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell(event, "", format, arguments);
	va_end(arguments);
}

void log_event_of(enum log_event event, const char *interface, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell(event, interface, format, arguments);
	va_end(arguments);
}

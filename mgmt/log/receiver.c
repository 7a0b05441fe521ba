/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/log/receiver.h"
#include "lib/address_socket.h"
#include "lib/log_event.h"
#include "mgmt/log/trap.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static bool is_category(const char *text, size_t length, const char *category)
{
	return strlen(category) == length && !memcmp(text, category, length);
}

/* "ARP,-VALIDATE": in the first, and not in the second. */
static bool categories_fit(const char *wanted, const char *category)
{
	while (*wanted) {
		size_t length = strcspn(wanted, ",");
		bool without = *wanted == '-';

		if (is_category(wanted + without, length - without, category) == without)
			return false;
		wanted += length;
		wanted += *wanted == ',';
	}
	return true;
}

bool receiver_wants(const struct message_log_receiver *settings, const struct log_line *line)
{
	/* No exception gives an event a notification of its own. */
	if (settings->kind == LOG_RECEIVER_OWN_TRAPS && line->event == LOG_EVENT_NONE)
		return false;
	for (uint32_t i = 0; i < settings->exception_count; i++) {
		const struct message_log_exception *exception = &settings->exceptions[i];

		if ((!exception->number || exception->number == line->number) &&
		    (!exception->severities || exception->severities >> line->severity & 1) &&
		    categories_fit(exception->categories, line->category))
			return exception->include;
	}
	return settings->severities >> line->severity & 1;
}

bool receiver_is_valid(const struct message_log_receiver *settings)
{
	if (settings->exception_count > LOG_EXCEPTIONS_MAX || settings->facility > 23 || !settings->port ||
	    (settings->address.version != 4 && settings->address.version != 6) ||
	    settings->kind >= LOG_RECEIVER_KINDS || !memchr(settings->name, 0, sizeof(settings->name)) ||
	    !memchr(settings->community, 0, sizeof(settings->community)) ||
	    (settings->kind != LOG_RECEIVER_SYSLOG && !*settings->community))
		return false;
	for (uint32_t i = 0; i < settings->exception_count; i++)
		if (!memchr(settings->exceptions[i].categories, 0,
		            sizeof(settings->exceptions[i].categories)))
			return false;
	return true;
}

/*
 * Connects anew each time: a connected socket would keep the source that was right when it was connected. Returns 0 or
 * -errno.
 */
static int reach(struct receiver *receiver, char host[IP_ADDRESS_TEXT])
{
	static const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	struct sockaddr_storage to, own;
	socklen_t length = address_socket(&receiver->settings.address, receiver->settings.port, &to);
	socklen_t own_length = sizeof(own);
	struct ip_address address;

	if (receiver->fd < 0)
		receiver->fd = socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (receiver->fd < 0)
		return -errno;
	(void)connect(receiver->fd, &nobody, sizeof(nobody));
	if (connect(receiver->fd, (struct sockaddr *)&to, length) ||
	    getsockname(receiver->fd, (struct sockaddr *)&own, &own_length))
		return -errno;
	address = address_of_socket(&own);
	ip_address_format(&address, host);
	return 0;
}

static size_t make(const struct receiver *receiver, const struct log_line *line, const struct tm *when,
                   const char *host, char datagram[LINE_MAX_BYTES])
{
	struct timespec uptime;

	if (receiver->settings.kind == LOG_RECEIVER_SYSLOG)
		return line_datagram(line, receiver->settings.facility, when, host, datagram);
	clock_gettime(CLOCK_BOOTTIME, &uptime);
	return trap_datagram(&receiver->settings, receiver->node, line,
	                     (uint32_t)(uptime.tv_sec * 100 + uptime.tv_nsec / 10000000),
	                     (uint8_t *)datagram);
}

static int transmit(struct receiver *receiver, const struct log_line *line, const struct tm *when)
{
	char datagram[LINE_MAX_BYTES], host[IP_ADDRESS_TEXT];
	int error = reach(receiver, host);
	size_t length;

	if (error)
		return error;
	length = make(receiver, line, when, host, datagram);
	if (!length)
		return -ENOMEM;
	if (send(receiver->fd, datagram, length, 0) >= 0)
		return 0;
	if (errno != ECONNREFUSED)
		return -errno;
	/* That was about an earlier one. */
	receiver->count.refused++;
	return send(receiver->fd, datagram, length, 0) < 0 ? -errno : 0;
}

void receiver_send(struct receiver *receiver, const struct log_line *line, const struct tm *when,
                   uint64_t second)
{
	if (second != receiver->second) {
		receiver->second = second;
		receiver->in_second = 0;
	}
	if (receiver->in_second == receiver->settings.rate) {
		receiver->count.limited++;
		return;
	}
	receiver->in_second++;
	if (transmit(receiver, line, when))
		receiver->count.failed++;
	else
		receiver->count.sent++;
}

void receiver_close(struct receiver *receiver)
{
	if (receiver->fd >= 0)
		close(receiver->fd);
	receiver->fd = -1;
}

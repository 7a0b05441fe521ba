/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/radius/snoop.h"
#include "lib/ipc.h"
#include "lib/messages/radius.h"
#include "lib/messages/type.h"
#include "mgmt/radius/exchange.h"

#include <stdio.h>
#include <time.h>

static int receiver;
static uint32_t detail;

static void print_head(const struct exchange_event *event, FILE *out)
{
	const struct message_radius_server *server = event->server;
	char address[IP_ADDRESS_TEXT], clock[16];
	struct timespec time;
	struct tm local;

	clock_gettime(CLOCK_REALTIME, &time);
	strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&time.tv_sec, &local));
	fprintf(out, "RADIUS %s.%03ld %s (%s:%u): %s", clock, time.tv_nsec / 1000000, server->name,
	        ip_address_format(&server->address, address), server->port, event->what);
	if (event->length >= 2)
		fprintf(out, " %s %u id %u", radius_code_name(event->packet[0]), event->packet[0],
		        event->packet[1]);
	if (event->number)
		fprintf(out, ", %u of %u", event->number, event->of);
	if (event->after_ns)
		fprintf(out, " after %llu ms", (unsigned long long)(event->after_ns / 1000000));
	fprintf(out, "%s%s\n", event->why ? ": " : "", event->why ? event->why : "");
}

static void on_event(const struct exchange_event *event)
{
	static char text[16384];
	FILE *out = fmemopen(text, sizeof(text), "w");
	long length;

	if (!out)
		return;
	print_head(event, out);
	if (event->packet && detail == RADIUS_SNOOP_ATTRIBUTES)
		radius_print(event->packet, event->length, out);
	fflush(out);
	length = ftell(out);
	fclose(out);
	if (length > 0)
		ipc_client_send(receiver, MESSAGE_RADIUS_SNOOPED, text, (size_t)length);
}

void snoop_set(int fd, uint32_t level)
{
	receiver = fd;
	detail = level;
	exchange_set_snoop(level == RADIUS_SNOOP_OFF ? NULL : on_event);
}

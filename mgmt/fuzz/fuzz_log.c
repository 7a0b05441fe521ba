/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Messages to hadrian-log, one behind the other: a byte that says what it is, two of its length (little-endian), and its
 * bytes. Whatever comes, each datagram of syslog that leaves is one line, and no packet is sent.
 */
#define main hadrian_log_main
#include "mgmt/log/main.c"
#undef main

#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { LINE, RECEIVERS, RECEIVERS_AS_THEY_ARE, TIME_ZONE, ANSWER, KINDS };

static int answer; /* errno of the next datagrams, 0: they go out */

/* --- the network, in place of the C library's
 * ----------------------------------------------------------------------------------- */

int socket(int domain, int type, int protocol)
{
	(void)domain, (void)type, (void)protocol;
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
	(void)fd, (void)address, (void)length;
	return 0;
}

int getsockname(int fd, struct sockaddr *address, socklen_t *length)
{
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	(void)fd;
	memcpy(address, &own, sizeof(own));
	*length = sizeof(own);
	return 0;
}

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
	const unsigned char *at = bytes;

	(void)fd, (void)flags;
	if (!length || length >= LINE_MAX_BYTES)
		abort();
	for (size_t i = 0; *at == '<' && i < length; i++)
		if (at[i] < 0x20 || at[i] == 0x7f)
			abort();
	errno = answer;
	return answer ? -1 : (ssize_t)length;
}

/* --- messages
 * ------------------------------------------------------------------------------------------------------------------- */

static void give(uint32_t type, const void *body, size_t length)
{
	/* Where a socket's message would end, so does this. */
	void *copy = malloc(length + 1);
	struct ipc_message message = {.type = type, .length = (uint32_t)length, .body = copy, .fd = -1};

	memcpy(copy, body, length);
	on_message(NULL, &message, NULL);
	free(copy);
	if (receiver_count > LOG_RECEIVERS_MAX)
		abort();
}

/* As many receivers as make sense, and bytes put anywhere in them: two of the place, one of how many, and these. */
static void give_receivers(const uint8_t *data, size_t size)
{
	static struct {
		struct message_log_receivers head;
		struct message_log_receiver receivers[LOG_RECEIVERS_MAX];
	} body;
	size_t length;

	memset(&body, 0, sizeof(body));
	body.head.count = size ? *data++ % (LOG_RECEIVERS_MAX + 1) : 0;
	size -= size > 0;
	length = sizeof(body.head) + body.head.count * sizeof(body.receivers[0]);
	for (uint32_t i = 0; i < body.head.count; i++) {
		body.receivers[i] = (struct message_log_receiver){.name = {(char)('a' + i)},
		                                                  .rate = 3,
		                                                  .port = 514,
		                                                  .facility = 16,
		                                                  .severities = 0xff,
		                                                  .kind = (uint8_t)(i % LOG_RECEIVER_KINDS),
		                                                  .community = "public"};
		body.receivers[i].address = ip_address_from_ip4(0x7f000001);
	}
	while (size >= 3) {
		size_t place = data[0] | (size_t)data[1] << 8, count = data[2];

		data += 3;
		size -= 3;
		count = count < size ? count : size;
		if (place + count <= length)
			memcpy((uint8_t *)&body + place, data, count);
		data += count;
		size -= count;
	}
	give(MESSAGE_LOG_RECEIVERS, &body, length);
}

static void take(uint8_t kind, const uint8_t *bytes, size_t length)
{
	switch (kind % KINDS) {
	case LINE:
		give(MESSAGE_LOG_LINE, bytes, length);
		break;
	case RECEIVERS:
		give_receivers(bytes, length);
		break;
	case RECEIVERS_AS_THEY_ARE:
		give(MESSAGE_LOG_RECEIVERS, bytes, length);
		break;
	case TIME_ZONE:
		give(MESSAGE_TIME_ZONE, bytes, length);
		break;
	default:
		answer = length && *bytes & 1 ? ECONNREFUSED : length && *bytes & 2 ? ENETUNREACH : 0;
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	answer = 0;
	give_receivers((const uint8_t[]){LOG_RECEIVER_KINDS}, 1);
	while (size >= 3) {
		size_t length = data[1] | (size_t)data[2] << 8;
		uint8_t kind = data[0];

		data += 3;
		size -= 3;
		length = length < size ? length : size;
		take(kind, data, length);
		data += length;
		size -= length;
	}
	return 0;
}

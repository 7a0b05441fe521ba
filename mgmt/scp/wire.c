/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/scp/wire.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool fill(struct wire *wire)
{
	ssize_t got;

	if (wire->first != wire->last)
		return true;
	do
		got = read(STDIN_FILENO, wire->buffer, sizeof(wire->buffer));
	while (got < 0 && errno == EINTR);
	wire->first = 0;
	wire->last = got > 0 ? (size_t)got : 0;
	return got > 0;
}

bool wire_read(struct wire *wire, void *bytes, size_t length)
{
	char *to = bytes;

	while (length) {
		size_t part;

		if (!fill(wire))
			return false;
		part = wire->last - wire->first;
		part = part < length ? part : length;
		memcpy(to, wire->buffer + wire->first, part);
		wire->first += part;
		to += part;
		length -= part;
	}
	return true;
}

int wire_read_line(struct wire *wire, char line[SCP_RECORD_MAX])
{
	for (size_t length = 0; length < SCP_RECORD_MAX; length++) {
		if (!wire_read(wire, &line[length], 1))
			return length ? -EBADMSG : 0;
		if (line[length] == '\n') {
			line[length] = 0;
			return strlen(line) == length ? 1 : -EBADMSG;
		}
	}
	return -EBADMSG;
}

bool wire_write(const void *bytes, size_t length)
{
	const char *from = bytes;

	while (length) {
		ssize_t put = write(STDOUT_FILENO, from, length);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		from += put;
		length -= (size_t)put;
	}
	return true;
}

bool wire_acknowledge(void)
{
	return wire_write("", 1);
}

bool wire_complain(bool fatal, const char *format, ...)
{
	char text[SCP_RECORD_MAX];
	va_list arguments;
	int length = snprintf(text, sizeof(text), "%cscp: ", fatal ? 2 : 1);

	va_start(arguments, format);
	vsnprintf(text + length, sizeof(text) - (size_t)length - 1, format, arguments);
	va_end(arguments);
	strcat(text, "\n");
	return wire_write(text, strlen(text));
}

int wire_answer(struct wire *wire)
{
	char line[SCP_RECORD_MAX], byte;

	if (!wire_read(wire, &byte, 1))
		return -ECONNRESET;
	if (!byte)
		return 0;
	if (byte != 1 || wire_read_line(wire, line) <= 0)
		return -ECONNRESET;
	return -EIO;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/radius/packet.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "secret"

/* Makes the answer's authenticator right, so that what is behind that check is reached too. */
static void authenticate(uint8_t *packet, size_t length, const uint8_t *request)
{
	uint8_t copy[RADIUS_PACKET_MAX + 8];
	size_t said = (size_t)packet[2] << 8 | packet[3];
	unsigned count = RADIUS_AUTHENTICATOR;

	if (said < 20 || said > length || said > RADIUS_PACKET_MAX)
		return;
	memcpy(copy, packet, said);
	memcpy(copy + 4, request, RADIUS_AUTHENTICATOR);
	memcpy(copy + said, SECRET, strlen(SECRET));
	EVP_Digest(copy, said + strlen(SECRET), packet + 4, &count, EVP_md5(), NULL);
}

static void read_packet(const uint8_t *packet, size_t length, const uint8_t *request)
{
	struct radius_answer answer;
	const char *why = NULL;

	if (radius_read(packet, length, length > 1 ? packet[1] : 0, request, SECRET, false, &answer, &why)) {
		if (!why)
			abort();
	} else if (!memchr(answer.groups, 0, sizeof(answer.groups)) ||
	           !memchr(answer.text, 0, sizeof(answer.text)) ||
	           answer.state_length > sizeof(answer.state)) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t request[RADIUS_AUTHENTICATOR];
	uint8_t *packet = malloc(size + 1);
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	memcpy(packet, data, size);
	read_packet(packet, size, request);
	radius_print(packet, size, out);
	if (size >= 20) {
		authenticate(packet, size, request);
		read_packet(packet, size, request);
	}
	fclose(out);
	free(text);
	free(packet);
	return 0;
}

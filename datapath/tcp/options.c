/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/tcp/options.h"

#include <string.h>

/* Whether an option has the length that it must have. */
static bool length_valid(uint8_t kind, uint8_t length)
{
	switch (kind) {
	case TCP_OPTION_MSS:
		return length == 4;
	case TCP_OPTION_WINDOW_SCALE:
		return length == 3;
	case TCP_OPTION_SACK_PERMITTED:
		return length == 2;
	case TCP_OPTION_TIMESTAMPS:
		return length == 10;
	case TCP_OPTION_SACK:
		return length > 2 && (length - 2) % (2 * TCP_SACK_EDGE) == 0 &&
		       (length - 2) / (2 * TCP_SACK_EDGE) <= TCP_SACK_BLOCKS;
	default:
		return true;
	}
}

static bool of_syn_only(uint8_t kind)
{
	return kind == TCP_OPTION_MSS || kind == TCP_OPTION_WINDOW_SCALE || kind == TCP_OPTION_SACK_PERMITTED;
}

static void take(const uint8_t *option, uint32_t at, struct tcp_options *out)
{
	switch (option[0]) {
	case TCP_OPTION_MSS:
		out->mss = (uint16_t)(option[2] << 8 | option[3]);
		out->mss_at = (uint8_t)(at + 2);
		break;
	case TCP_OPTION_WINDOW_SCALE:
		out->scale = option[2] > TCP_SCALE_MAX ? TCP_SCALE_MAX : option[2];
		break;
	case TCP_OPTION_SACK_PERMITTED:
		out->sack_permitted = true;
		break;
	case TCP_OPTION_TIMESTAMPS:
		out->timestamps = true;
		break;
	case TCP_OPTION_SACK:
		out->sack_at = (uint8_t)(at + 2);
		out->sack_blocks = (option[1] - 2) / (2 * TCP_SACK_EDGE);
		break;
	default:
		break;
	}
}

bool tcp_options_parse(const uint8_t *tcp, uint32_t header, bool syn, struct tcp_options *out)
{
	uint32_t at = TCP_HEADER_LENGTH;
	uint16_t seen = 0;

	*out = (struct tcp_options){.scale = TCP_NO_SCALE};
	while (at < header && tcp[at] != TCP_OPTION_END) {
		uint8_t kind = tcp[at], length;

		if (kind == TCP_OPTION_NOTHING) {
			at++;
			continue;
		}
		if (header - at < 2)
			return false;
		length = tcp[at + 1];
		if (length < 2 || length > header - at || !length_valid(kind, length))
			return false;
		if (of_syn_only(kind) && !syn)
			return false;
		if (kind <= TCP_OPTION_TIMESTAMPS) {
			if (seen & 1 << kind)
				return false;
			seen |= 1 << kind;
		}
		take(&tcp[at], at, out);
		at += length;
	}
	return true;
}

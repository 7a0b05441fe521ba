/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CAPTURE_DECODE_H
#define MGMT_MGMTD_CAPTURE_DECODE_H

/* Captured packets as text (C02-134, C02-141). Any bytes are safe to give. Pure functions but for what they print. */

#include "mgmt/mgmtd/capture/packet.h"

#include <stdio.h>

enum capture_format { CAPTURE_TEXT, CAPTURE_HEX, CAPTURE_K12 };

/* CAPTURE_TEXT: a line of the network header, one of what is in it, and a line of dashes. */
void capture_print(const struct captured_packet *packet, enum capture_format format, FILE *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_DISCOVERY_DECODE_H
#define MGMT_MGMTD_DISCOVERY_DECODE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Writes what a Router Solicitation or Advertisement (RFC 4861) at its IPv6 header says: a line, and for each option one that
 * is indented. Any bytes are safe to give.
 */
void discovery_decode(const uint8_t *ip, size_t length, FILE *out);

#endif

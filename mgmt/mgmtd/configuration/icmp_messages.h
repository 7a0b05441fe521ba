/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CONFIGURATION_ICMP_MESSAGES_H
#define MGMT_MGMTD_CONFIGURATION_ICMP_MESSAGES_H

#include <stdint.h>

/* Types of ICMP messages and the codes of each. */
struct icmp_messages {
	uint8_t type_first, type_last;
	uint8_t code_first, code_last;
};

/*
 * Reads TYPE or TYPE:CODES: a number, a range, or a name of that IP version (4 or 6), of codes one that belongs to the
 * type (C08-023, C08-024). Without codes all of them are meant. Any thread. Returns 0 or -EINVAL.
 */
int icmp_messages_parse(const char *text, unsigned version, struct icmp_messages *out);

#endif

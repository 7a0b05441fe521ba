/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_key.h"

#define CODE_OFFSET       1
#define IDENTIFIER_OFFSET 4

/* RFC 792, RFC 950, RFC 8335; RFC 4443. */
static const struct query {
	uint8_t request, answer;
} queries[2][5] = {{{8, 0}, {13, 14}, {15, 16}, {17, 18}, {42, 43}}, {{128, 129}, {160, 161}}};

uint8_t flow_icmp_query(uint8_t type, bool ipv6)
{
	for (unsigned i = 0; i < RTE_DIM(queries[0]) && queries[ipv6][i].request; i++) {
		if (queries[ipv6][i].request == type || queries[ipv6][i].answer == type)
			return queries[ipv6][i].request;
	}
	return FLOW_ICMP_NO_QUERY;
}

void flow_icmp_ports(const uint8_t *message, bool ipv6, uint16_t ports[2])
{
	uint8_t query = flow_icmp_query(message[0], ipv6);
	bool answer = query != message[0];

	if (query == FLOW_ICMP_NO_QUERY) {
		ports[0] = 0;
		ports[1] = flow_icmp_port(message[0], message[CODE_OFFSET]);
		return;
	}
	memcpy(&ports[answer], message + IDENTIFIER_OFFSET, sizeof(ports[0]));
	ports[!answer] = flow_icmp_port(query, 0);
}

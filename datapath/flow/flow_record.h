/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FLOW_FLOW_RECORD_H
#define DATAPATH_FLOW_FLOW_RECORD_H

/*
 * The mirrored record of a flow (lib/record.h RECORD_FLOW). Pure; any thread.
 *
 * Numbers are little-endian, interfaces are ids, which both nodes share. What a route or rule decided is not
 * in it: the receiver decides anew by its own policy when it takes over. A newer version appends fields; a
 * reader takes the prefix it knows. A deletion carries at least the first key. Version 1 is of IPv4. Of IPv6 version 2
 * is sent whole, also as a deletion: the addresses of its keys are 0, which a reader of version 1 refuses, and stand
 * behind. Version 3 is of IPv6 with another source: the destination of its second key is FLOW_RECORD_TRANSLATED, which a
 * reader of version 2 refuses.
 */

#include "datapath/flow/flow_table.h"

#include <stddef.h>

#define FLOW_RECORD_VERSION    3
#define FLOW_RECORD_TRANSLATED 1 /* of four bytes the last */

struct flow_record_key {
	uint8_t source[4], destination[4]; /* as in the packet */
	uint16_t source_port;              /* ICMP: as flow_icmp_ports says */
	uint16_t destination_port;
	uint16_t interface; /* by which packets of this direction come in */
	uint8_t protocol;
	uint8_t reserved; /* 0 */
};

/*
 * Of TCP. Sequence numbers are not in it: they change with each segment, and who takes over believes what comes until
 * both directions agree. All 0 from older nodes, where these bytes were reserved.
 */
struct flow_record_tcp {
	uint8_t flags;         /* TCP_... of datapath/tcp/sequence.h but TCP_UNSEEN */
	uint8_t window_scales; /* original in the low four bits, reply in the high ones */
	uint8_t relay_windows; /* as in struct flow */
	uint8_t relay_delta[4];
};

struct flow_record {
	struct flow_record_key key[2]; /* original, reply */
	uint8_t state;                 /* enum flow_state, whose numbers are for ever */
	struct flow_record_tcp tcp;
	/* Version 2. */
	struct flow_addresses addresses; /* of the original direction */
	/* Version 3. */
	uint8_t nat_address[16]; /* that the source becomes */
};
#define FLOW_RECORD_LENGTH_1 40 /* bytes of version 1 */
#define FLOW_RECORD_LENGTH_2 72
_Static_assert(sizeof(struct flow_record) == FLOW_RECORD_LENGTH_2 + 16, "what version 3 sends");

/* Fills *out and returns its version; *length is what is to be sent of it. */
uint8_t flow_record_encode(const struct flow *flow, bool deletion, struct flow_record *out, uint32_t *length);
/*
 * Reads an upsert (all of version 1) or a deletion (the first key at least); *addresses and nat_address (zero: the source
 * stays) are filled where keys[0] is of IPv6. Returns 0, -EBADMSG where it is cut short or its values are none that a flow
 * between two interfaces has.
 */
int flow_record_decode(const void *payload, size_t length, bool deletion, struct flow_key keys[2],
                       struct flow_addresses *addresses, uint8_t nat_address[16], enum flow_state *state);
/* Gives a flow what an upsert, which flow_record_decode has taken, says of its TCP. */
void flow_record_take_tcp(const struct flow_record_tcp *record, struct flow *flow);

#endif

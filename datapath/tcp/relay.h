/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_TCP_RELAY_H
#define DATAPATH_TCP_RELAY_H

/*
 * SYN flood protection: where a service says SYNRelay, or where more connections are half open than TCPHalfOpenMax, the
 * firewall answers a client's SYN with a cookie and keeps nothing. Who acknowledges the cookie is there: his flow is
 * opened and the server is called with what the cookie says that he offered. The window in the answer is 0, so that the
 * client waits for the server's.
 *
 * The server chooses another number than the firewall did. From then on what the server sends is moved by relay_delta
 * on its way to the client, and what the client acknowledges (SACK included) is moved back; windows are moved by the
 * shifts in relay_windows, for the client was told WINDOW_SCALE before the server was asked. What a flow keeps are the
 * server's numbers. All of it travels to the peer in the flow's record. Worker thread.
 */

#include "datapath/flow/flow.h"
#include "datapath/tcp/sequence.h"

enum tcp_relay {
	TCP_RELAY_NONE,   /* nothing for it: the packet is as it was */
	TCP_RELAY_ANSWER, /* the packet is now the answer to its sender, for node tcp_answer */
	TCP_RELAY_OPEN,   /* the packet is now the SYN of a client who is there: its flow is to be opened */
	TCP_RELAY_DROP,   /* see reason */
};

/* What a cookie has brought back. */
struct tcp_relay_client {
	uint32_t cookie;
	uint8_t scale; /* of his windows; TCP_NO_SCALE */
};

/*
 * Judges a TCP packet (data at its IP header, checked) of no flow, which the rules allow as decided and which is not
 * stateless. *client is set with TCP_RELAY_OPEN, *reason with TCP_RELAY_DROP.
 */
enum tcp_relay tcp_relay_first(struct worker_state *state, struct rte_mbuf *mbuf,
                               const struct flow_decision *decision, struct tcp_relay_client *client,
                               enum counter *reason);
/* Makes a flow that was opened for TCP_RELAY_OPEN a relayed one; tells the peer. */
void tcp_relay_opened(struct worker_state *state, uint32_t index, const struct tcp_relay_client *client);

/*
 * A packet of a relayed flow from its client, before tcp_track: its numbers become the server's. While the server has
 * not answered the packet becomes the SYN again. Returns COUNTER_COUNT, or the reason to drop it.
 */
enum counter tcp_relay_from_client(const struct flow *flow, struct rte_mbuf *mbuf);
/*
 * A packet from its server, after tcp_track let it pass (segment; before: the state until then): its numbers become
 * those that the client knows. The server's SYN is acknowledged and becomes the news of its window. Returns
 * COUNTER_COUNT, or the reason to drop it.
 */
enum counter tcp_relay_from_server(struct worker_state *state, struct flow *flow, enum flow_state before,
                                   const struct tcp_segment *segment, struct rte_mbuf *mbuf);

/*
 * An ICMP error (checked by ipv4_parse or ipv6_parse, its checksum is right) that travels in that direction of a flow:
 * the segment within gets the numbers back that the error's receiver knows. He heeds no error about what he has not
 * sent. Of the server's segment that is the sequence number, of the client's what he acknowledged, where the error
 * quotes as much. All checksums stay right. Of a flow that is not relayed nothing changes.
 */
void tcp_relay_error(const struct flow *flow, unsigned direction, struct rte_mbuf *mbuf, bool ipv6);
/*
 * The same of a packet of the flow that struct packet names, which goes no further after the calls above: an error is
 * sent about it.
 */
void tcp_relay_undo(const struct flow *flow, struct rte_mbuf *mbuf);

#endif

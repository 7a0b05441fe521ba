/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/tcp/relay.h"

#include "datapath/nat/nat.h"
#include "datapath/tcp/packet.h"
#include "datapath/tcp/segment.h"

#include <time.h>

#define SYN RTE_TCP_SYN_FLAG
#define ACK RTE_TCP_ACK_FLAG
#define RST RTE_TCP_RST_FLAG

/* What the client is told of the server's windows before the server is asked: up to 8 MB, in steps of 128 bytes. */
#define WINDOW_SCALE 7

/* relay_windows */
#define CLIENT_SHIFT(windows) ((windows)&0x0f) /* left: a server without scales reads bytes */
#define SERVER_SHIFT(windows) ((windows) >> 4) /* right: the client reads steps */

/* --- a packet of no flow */

static bool service_relays(const struct policy *policy, const struct policy_rule *rule,
                           const struct flow_key *key)
{
	uint16_t source = rte_be_to_cpu_16(key->source_port);
	uint16_t destination = rte_be_to_cpu_16(key->destination_port);

	for (uint32_t i = 0; rule->syn_relay && i < rule->services.count; i++) {
		const struct policy_service *service = &policy->services[rule->services.first + i];

		if (service->syn_relay && source >= service->source_ports.first &&
		    source <= service->source_ports.last && destination >= service->destination_ports.first &&
		    destination <= service->destination_ports.last)
			return true;
	}
	return false;
}

static bool too_many_half_open(const struct worker_state *state)
{
	uint32_t most = state->policy->policy.settings->tcp.half_open_max;

	/* Flows are dealt out to workers evenly. */
	return most && state->flows->half_open >= most / datapath.worker_count;
}

/* Whether somebody may come back with a cookie, of this node or of its peer. */
static bool cookies_are_out(const struct worker_state *state)
{
	return state->policy->policy.settings->tcp.half_open_max &&
	       (int32_t)(state->relay_until - state->now) > 0;
}

/* The size that the client is told: what the links carry of the server's segments. */
static uint16_t told_mss(const struct worker_state *state, const struct flow_decision *decision, bool ipv6)
{
	const struct policy_tcp_settings *settings = &state->policy->policy.settings->tcp;
	uint16_t mtu = RTE_MIN(decision->path[0].mtu, decision->path[1].mtu);
	uint16_t mss = mtu - (ipv6 ? sizeof(struct rte_ipv6_hdr) : sizeof(struct rte_ipv4_hdr)) -
	               sizeof(struct rte_tcp_hdr);

	return settings->mss_max && mss > settings->mss_max ? settings->mss_max : mss;
}

static enum tcp_relay answer(struct worker_state *state, struct rte_mbuf *mbuf,
                             const struct flow_decision *decision, enum counter *reason)
{
	struct tcp_options options;
	struct tcp_segment segment;
	struct tcp_packet packet;
	struct tcp_offer offer;
	struct tcp_ends ends;

	*reason = tcp_segment_read(mbuf, &segment, &options);
	if (*reason != COUNTER_COUNT)
		return TCP_RELAY_DROP;
	offer = (struct tcp_offer){options.mss, options.scale, options.sack_permitted};
	tcp_packet_ends(mbuf, &packet);
	ends = tcp_packet_cookie_ends(&packet, parsed_of(mbuf)->key.interface);
	packet.sequence = tcp_cookie_make(&ends, segment.sequence, &offer, (uint64_t)time(NULL));
	packet.acknowledged = segment.sequence + 1;
	packet.flags = SYN | ACK;
	packet.offer = (struct tcp_offer){
	    .mss = told_mss(state, decision, packet.ipv6),
	    .scale = offer.scale == TCP_NO_SCALE ? TCP_NO_SCALE : WINDOW_SCALE,
	    .sack = offer.sack,
	};
	tcp_packet_turn_round(&packet);
	*reason = COUNTER_DROP_TCP_RELAY;
	if (tcp_packet_write(mbuf, &packet))
		return TCP_RELAY_DROP;
	state->relay_until = state->now + 2 * TCP_COOKIE_SECONDS * FLOW_TICKS_PER_SECOND;
	count(state, COUNTER_TCP_COOKIES, 1);
	return TCP_RELAY_ANSWER;
}

/* Makes a client's packet the SYN that it stands for. Returns whether its cookie is one. */
static bool call_server(struct rte_mbuf *mbuf, uint32_t isn, uint32_t cookie, struct tcp_offer *offer)
{
	const struct rte_tcp_hdr *tcp = tcp_header(mbuf, parsed_of(mbuf)->key.family == FLOW_IPV6);
	struct tcp_packet packet;
	struct tcp_ends ends;
	uint32_t window = rte_be_to_cpu_16(tcp->rx_win);

	tcp_packet_ends(mbuf, &packet);
	ends = tcp_packet_cookie_ends(&packet, parsed_of(mbuf)->key.interface);
	if (!tcp_cookie_check(&ends, isn, cookie, (uint64_t)time(NULL), offer))
		return false;
	/* The window of a SYN is in bytes. */
	if (offer->scale != TCP_NO_SCALE)
		window = RTE_MIN(window << offer->scale, (uint32_t)UINT16_MAX);
	packet.sequence = isn;
	packet.flags = SYN;
	packet.window = (uint16_t)window;
	packet.offer = *offer;
	return tcp_packet_write(mbuf, &packet) == 0;
}

enum tcp_relay tcp_relay_first(struct worker_state *state, struct rte_mbuf *mbuf,
                               const struct flow_decision *decision, struct tcp_relay_client *client,
                               enum counter *reason)
{
	const struct policy *policy = &state->policy->policy;
	const struct parsed *parsed = parsed_of(mbuf);
	const struct rte_tcp_hdr *tcp = tcp_header(mbuf, parsed->key.family == FLOW_IPV6);
	bool relays;
	struct tcp_offer offer;

	/* The host has cookies of its own. */
	if (decision->local || decision->rule == RULE_NONE)
		return TCP_RELAY_NONE;
	relays = service_relays(policy, &policy->rules[decision->rule], &parsed->key);
	if (parsed->tcp_flags & SYN)
		return !(parsed->tcp_flags & ACK) && (relays || too_many_half_open(state))
		           ? answer(state, mbuf, decision, reason)
		           : TCP_RELAY_NONE;
	if (parsed->tcp_flags & RST || (!relays && !cookies_are_out(state)))
		return TCP_RELAY_NONE;
	*reason = COUNTER_DROP_TCP_COOKIE;
	client->cookie = rte_be_to_cpu_32(tcp->recv_ack) - 1;
	if (!call_server(mbuf, rte_be_to_cpu_32(tcp->sent_seq) - 1, client->cookie, &offer))
		return TCP_RELAY_DROP;
	client->scale = offer.scale;
	return TCP_RELAY_OPEN;
}

void tcp_relay_opened(struct worker_state *state, uint32_t index, const struct tcp_relay_client *client)
{
	struct flow *flow = flow_at(state->flows, index);

	flow_count_half_open(state->flows, flow, -1);
	flow->tcp |= TCP_RELAYED | TCP_UNSEEN(0);
	flow_count_half_open(state->flows, flow, 1);
	flow->relay_delta = client->cookie;
	if (client->scale != TCP_NO_SCALE)
		flow->relay_windows = (uint8_t)(WINDOW_SCALE << 4 | client->scale);
	count(state, COUNTER_TCP_RELAYED, 1);
	flow_mirror_emit(state, flow, RECORD_UPSERT);
}

/* --- packets of relayed flows */

/* Adds to a number in the header; the checksum is mended. */
static void move_number(struct rte_tcp_hdr *tcp, uint32_t at, uint32_t delta)
{
	uint8_t *place = (uint8_t *)tcp + at;
	uint32_t before, after;

	memcpy(&before, place, sizeof(before));
	after = rte_cpu_to_be_32(rte_be_to_cpu_32(before) + delta);
	memcpy(place, &after, sizeof(after));
	/* The sum is of words from the header on: at an odd place the bytes of each change sides. */
	if (at & 1) {
		before = __builtin_bswap32(before);
		after = __builtin_bswap32(after);
	}
	tcp->cksum = nat_checksum(tcp->cksum, nat_address_change(before, after));
}

static void set_window(struct rte_tcp_hdr *tcp, uint32_t window)
{
	uint16_t before = tcp->rx_win, after = rte_cpu_to_be_16(RTE_MIN(window, (uint32_t)UINT16_MAX));

	tcp->rx_win = after;
	tcp->cksum = nat_checksum(tcp->cksum, (uint32_t)after + (uint16_t)~before);
}

static void move_sack(struct rte_tcp_hdr *tcp, uint32_t delta)
{
	uint32_t header = tcp->data_off >> 4 << 2;
	struct tcp_options options;

	if (!tcp_options_parse((const uint8_t *)tcp, header, false, &options))
		return;
	for (uint32_t i = 0; i < 2u * options.sack_blocks; i++)
		move_number(tcp, options.sack_at + i * TCP_SACK_EDGE, delta);
}

enum counter tcp_relay_from_client(const struct flow *flow, struct rte_mbuf *mbuf)
{
	struct rte_tcp_hdr *tcp = tcp_header(mbuf, parsed_of(mbuf)->key.family == FLOW_IPV6);
	uint32_t header = tcp->data_off >> 4 << 2;
	struct tcp_offer offer;

	if ((uint8_t *)tcp - rte_pktmbuf_mtod(mbuf, uint8_t *) + header > rte_pktmbuf_data_len(mbuf))
		return COUNTER_DROP_TCP_OPTIONS;
	if (flow->state == FLOW_TCP_INIT && !(tcp->tcp_flags & (RST | SYN))) {
		if (rte_be_to_cpu_32(tcp->recv_ack) - 1 != flow->relay_delta || flow->tcp & TCP_UNSEEN(0) ||
		    !call_server(mbuf, flow->direction[0].sequence_end - 1, flow->relay_delta, &offer))
			return COUNTER_DROP_TCP_RELAY;
		return COUNTER_COUNT;
	}
	if (flow->state == FLOW_TCP_INIT || tcp->tcp_flags & SYN)
		return COUNTER_COUNT;
	if (tcp->tcp_flags & ACK)
		move_number(tcp, offsetof(struct rte_tcp_hdr, recv_ack), -flow->relay_delta);
	if (header > sizeof(*tcp))
		move_sack(tcp, -flow->relay_delta);
	if (CLIENT_SHIFT(flow->relay_windows))
		set_window(tcp, (uint32_t)rte_be_to_cpu_16(tcp->rx_win) << CLIENT_SHIFT(flow->relay_windows));
	return COUNTER_COUNT;
}

/* The client's acknowledgement of the server's SYN, in his numbers as all that comes from him. */
static void acknowledge(struct worker_state *state, const struct flow *flow, uint32_t server_isn)
{
	const struct flow_direction *client = &flow->direction[0];
	struct rte_mbuf *mbuf =
	    state->made_count < RTE_DIM(state->made) ? rte_pktmbuf_alloc(datapath.packets) : NULL;
	struct tcp_packet packet;

	/* The server sends its SYN again then, and so is this. */
	if (!mbuf)
		return;
	memset(packet_of(mbuf), 0, sizeof(struct packet));
	packet_of(mbuf)->interface = client->key.interface;
	parsed_of(mbuf)->key = client->key;
	parsed_of(mbuf)->hash = flow_hash(&client->key);
	tcp_packet_ends_of_flow(flow, 0, &packet);
	packet.sequence = client->sequence_end;
	packet.acknowledged = server_isn + 1 + flow->relay_delta;
	packet.window = (uint16_t)RTE_MIN((client->sequence_granted - server_isn - 1) >>
	                                      (client->window_scale + CLIENT_SHIFT(flow->relay_windows)),
	                                  (uint32_t)UINT16_MAX);
	packet.flags = ACK;
	if (tcp_packet_write(mbuf, &packet)) {
		rte_pktmbuf_free(mbuf);
		return;
	}
	count(state, COUNTER_OWN_SENT, 1);
	state->made[state->made_count++] = mbuf;
}

/* The server has chosen its number, or says it again. */
static enum counter server_answered(struct worker_state *state, struct flow *flow, enum flow_state before,
                                    const struct tcp_segment *segment, struct rte_mbuf *mbuf)
{
	struct tcp_packet packet;

	if (before == FLOW_TCP_INIT) {
		flow->relay_delta -= segment->sequence;
		/* A server that scales reads the client's windows as they are. */
		if (segment->scale != TCP_NO_SCALE)
			flow->relay_windows &= 0xf0;
	}
	acknowledge(state, flow, segment->sequence);
	tcp_packet_ends(mbuf, &packet);
	packet.sequence = segment->sequence + 1;
	packet.acknowledged = segment->acknowledged;
	packet.window = segment->window >> flow->direction[1].window_scale;
	packet.flags = ACK;
	return tcp_packet_write(mbuf, &packet) ? COUNTER_DROP_TCP_RELAY : COUNTER_COUNT;
}

enum counter tcp_relay_from_server(struct worker_state *state, struct flow *flow, enum flow_state before,
                                   const struct tcp_segment *segment, struct rte_mbuf *mbuf)
{
	bool ipv6 = parsed_of(mbuf)->key.family == FLOW_IPV6;
	struct rte_tcp_hdr *tcp = tcp_header(mbuf, ipv6);
	enum counter reason;

	if (segment->flags & RST && before == FLOW_TCP_INIT) {
		/* Refused: to the client it is a connection that ends, at the number that he waits for. */
		move_number(tcp, offsetof(struct rte_tcp_hdr, sent_seq),
		            flow->relay_delta + 1 - segment->sequence);
		return COUNTER_COUNT;
	}
	if (segment->flags & SYN) {
		reason = server_answered(state, flow, before, segment, mbuf);
		if (reason != COUNTER_COUNT)
			return reason;
		tcp = tcp_header(mbuf, ipv6);
	} else if (before == FLOW_TCP_INIT) {
		return COUNTER_DROP_TCP_RELAY;
	}
	move_number(tcp, offsetof(struct rte_tcp_hdr, sent_seq), flow->relay_delta);
	if (SERVER_SHIFT(flow->relay_windows))
		set_window(tcp, (uint32_t)rte_be_to_cpu_16(tcp->rx_win) << flow->direction[1].window_scale >>
		                    SERVER_SHIFT(flow->relay_windows));
	return COUNTER_COUNT;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fragment/fragment_judge.h"

#include "datapath/fragment/fragment_first.h"
#include "datapath/icmp/icmpv6_error.h"
#include "datapath/length/length_limits.h"

/* One fragment on its way through the checks. */
struct judgement {
	struct worker_state *state;
	const struct policy_fragments *settings;
	struct rte_mbuf *mbuf;
	struct fragment fragment;
	uint32_t index;
};

static struct reassembly *entry_of(const struct judgement *judgement)
{
	return &judgement->state->reassemblies->entries[judgement->index];
}

static enum fragment_fate drop(struct worker_state *state, enum counter reason)
{
	count(state, reason, 1);
	return FRAGMENT_DROP;
}

/* C28-011. */
static enum fragment_fate illegal(struct judgement *judgement, enum counter reason, enum event_kind kind)
{
	uint8_t wanted = judgement->settings->illegal;

	entry_of(judgement)->suspect = true;
	if (wanted != POLICY_ILLEGAL_DROP && wanted != POLICY_ILLEGAL_DROP_PACKET)
		fragment_tell(judgement->state, kind, &judgement->fragment);
	if (wanted >= POLICY_ILLEGAL_DROP_PACKET)
		fragment_end(judgement->state, judgement->index, REASSEMBLY_ILLEGAL,
		             judgement->settings->illegal_linger, COUNTER_DROP_FRAGMENT_ILLEGAL_PACKET);
	return drop(judgement->state, reason);
}

/* What is dropped because of what its packet has come to. */
static enum fragment_fate late(const struct judgement *judgement)
{
	static const enum counter reasons[] = {
	    [REASSEMBLY_DONE] = COUNTER_DROP_FRAGMENT_DONE_PACKET,
	    [REASSEMBLY_ILLEGAL] = COUNTER_DROP_FRAGMENT_ILLEGAL_PACKET,
	    [REASSEMBLY_REFUSED] = COUNTER_DROP_FRAGMENT_REFUSED_PACKET,
	    [REASSEMBLY_FAILED] = COUNTER_DROP_FRAGMENT_FAILED_PACKET,
	};
	const struct reassembly *entry = entry_of(judgement);

	fragment_tell_late(judgement->state, &judgement->fragment, entry);
	return drop(judgement->state, reasons[entry->state]);
}

/* C28-017, C28-020. */
static bool is_short(const struct judgement *judgement)
{
	const struct fragment *fragment = &judgement->fragment;

	return fragment->more &&
	       (fragment->length < judgement->settings->length_min ||
	        (fragment->key.version == 6 && fragment->length < judgement->settings->length_min_ipv6));
}

static enum fragment_fate short_one(struct judgement *judgement)
{
	bool tell_sender = judgement->fragment.key.version == 6 && judgement->settings->reject_short_ipv6;

	illegal(judgement, COUNTER_DROP_FRAGMENT_SHORT, EVENT_FRAGMENT_SHORT);
	if (!tell_sender)
		return FRAGMENT_DROP;
	*parsed_of(judgement->mbuf) = (struct parsed){.key = {.family = FLOW_IPV6}};
	icmp_error_request(judgement->mbuf, ICMPV6_ERROR_PARAMETER, ICMPV6_CODE_HEADER_FIELD,
	                   offsetof(struct rte_ipv6_hdr, payload_len));
	return FRAGMENT_ERROR;
}

/* Not accepted: why. */
static enum fragment_fate reject(struct judgement *judgement, enum reassembly_verdict verdict)
{
	switch (verdict) {
	case REASSEMBLY_DUPLICATE:
		fragment_tell_late(judgement->state, &judgement->fragment, entry_of(judgement));
		return drop(judgement->state, COUNTER_DROP_FRAGMENT_DUPLICATE);
	case REASSEMBLY_DUPLICATE_DATA:
		return illegal(judgement, COUNTER_DROP_FRAGMENT_DUPLICATE_DATA,
		               EVENT_FRAGMENT_DUPLICATE_DATA);
	case REASSEMBLY_OVERLAP:
		return illegal(judgement, COUNTER_DROP_FRAGMENT_OVERLAP, EVENT_FRAGMENT_OVERLAP);
	case REASSEMBLY_SIZE:
		return illegal(judgement, COUNTER_DROP_FRAGMENT_SIZE, EVENT_FRAGMENT_SIZE);
	default:
		return drop(judgement->state, COUNTER_DROP_FRAGMENT_LIMIT);
	}
}

/* All of it went: what comes now is too late (C28-019). */
static void finish(struct worker_state *state, uint32_t index)
{
	count(state, COUNTER_REASSEMBLY_DONE, 1);
	fragment_end(state, index, REASSEMBLY_DONE, fragment_settings(state)->done_linger,
	             COUNTER_DROP_FRAGMENT_DONE_PACKET);
}

static void give_key(struct rte_mbuf *mbuf, const struct reassembly *entry, bool later)
{
	struct parsed *parsed = parsed_of(mbuf);

	*parsed = entry->parsed;
	if (later) {
		parsed->flags |= PARSED_FRAGMENT_LATER;
		parsed->tcp_flags = 0;
	}
	if (entry->suspect)
		parsed->flags |= PARSED_FRAGMENT_SUSPECT;
	packet_of(mbuf)->addresses = offsetof(struct rte_ipv6_hdr, src_addr);
}

static enum fragment_fate accept_later(struct judgement *judgement)
{
	struct reassembly *entry = entry_of(judgement);

	if (entry->state == REASSEMBLY_WAITING) {
		if (!reassembly_hold(judgement->state->reassemblies, judgement->index, &judgement->fragment,
		                     judgement->mbuf))
			return drop(judgement->state, COUNTER_DROP_FRAGMENT_HELD);
		count(judgement->state, COUNTER_FRAGMENT_HELD, 1);
		return FRAGMENT_HELD;
	}
	give_key(judgement->mbuf, entry, true);
	if (reassembly_complete(entry))
		finish(judgement->state, judgement->index);
	return FRAGMENT_FORWARD;
}

/* Whether what ends so far in its packet, whose first fragment is known, is beyond its protocol's limit. */
static bool is_oversized(const struct judgement *judgement, uint32_t end)
{
	const struct reassembly *entry = entry_of(judgement);

	return end > entry->extensions &&
	       length_limits_exceed(judgement->state, entry->parsed.key.protocol, end - entry->extensions);
}

static enum counter oversized(const struct judgement *judgement)
{
	return length_limits_exceeded(judgement->state, judgement->mbuf, judgement->fragment.key.interface);
}

/* The transport header decides where all of them go, and how long their packet may be. */
static enum counter read_first(struct judgement *judgement)
{
	struct reassembly *entry = entry_of(judgement);
	const struct fragment *fragment = &judgement->fragment;
	enum counter reason = fragment_first(judgement->state, judgement->mbuf, fragment, entry->total,
	                                     &entry->parsed, &entry->least);

	if (reason != COUNTER_COUNT)
		return reason;
	if (entry->total && entry->total < entry->least)
		return COUNTER_DROP_TRANSPORT_HEADER;
	if (fragment->key.version == 6)
		entry->extensions = packet_of(judgement->mbuf)->transport - fragment->data;
	/* Those that came before it, too. */
	return is_oversized(judgement, entry->end) ? oversized(judgement) : COUNTER_COUNT;
}

static enum fragment_fate accept_first(struct judgement *judgement, uint32_t *index)
{
	enum counter reason = read_first(judgement);

	if (reason != COUNTER_COUNT) {
		fragment_end(judgement->state, judgement->index, REASSEMBLY_REFUSED,
		             judgement->settings->illegal_linger, COUNTER_DROP_FRAGMENT_REFUSED_PACKET);
		return drop(judgement->state, reason);
	}
	reassembly_set_state(judgement->state->reassemblies, judgement->index, REASSEMBLY_FLOWING);
	give_key(judgement->mbuf, entry_of(judgement), false);
	*index = judgement->index;
	return FRAGMENT_FORWARD;
}

struct rte_mbuf *fragment_next(struct worker_state *state, uint32_t index)
{
	const struct reassembly *entry = &state->reassemblies->entries[index];
	struct rte_mbuf *mbuf = reassembly_release(state->reassemblies, index);

	if (mbuf)
		give_key(mbuf, entry, true);
	else if (reassembly_complete(entry))
		finish(state, index);
	return mbuf;
}

static enum fragment_fate judge_in_packet(struct judgement *judgement, uint32_t *index)
{
	const struct fragment *fragment = &judgement->fragment;
	struct reassembly *entry = entry_of(judgement);
	enum reassembly_verdict verdict;

	if (entry->state != REASSEMBLY_WAITING && entry->state != REASSEMBLY_FLOWING)
		return late(judgement);
	entry->latest = judgement->state->now;
	if (fragment_check(fragment) != COUNTER_COUNT)
		return illegal(judgement, COUNTER_DROP_FRAGMENT_SIZE, EVENT_FRAGMENT_SIZE);
	if (is_short(judgement))
		return short_one(judgement);
	if (entry->state == REASSEMBLY_FLOWING &&
	    is_oversized(judgement, fragment->offset + fragment->length))
		return drop(judgement->state, oversized(judgement));
	verdict = reassembly_add(
	    judgement->state->reassemblies, judgement->index, fragment,
	    fragment_digest(judgement->mbuf, fragment->data, fragment->length, entry->samples, entry->seed));
	if (verdict != REASSEMBLY_ACCEPTED)
		return reject(judgement, verdict);
	return fragment->offset == 0 ? accept_first(judgement, index) : accept_later(judgement);
}

/*
 * Every fragment of IPv4 names its packet's protocol; of IPv6 the first alone does (RFC 8200 4.5), and those before it
 * have to wait for it anyway. What ends beyond any packet is illegal.
 */
static bool is_oversized_ipv4(const struct worker_state *state, const struct fragment *fragment)
{
	return fragment->key.version == 4 && fragment_check(fragment) == COUNTER_COUNT &&
	       length_limits_exceed(state, fragment->protocol, fragment->offset + fragment->length);
}

enum fragment_fate fragment_judge(struct worker_state *state, struct rte_mbuf *mbuf, uint32_t *index)
{
	const uint8_t *ip = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	struct judgement judgement = {.state = state, .settings = fragment_settings(state), .mbuf = mbuf};
	const struct packet *packet = packet_of(mbuf);

	*index = 0;
	if (!judgement.settings)
		return drop(state, COUNTER_DROP_NO_POLICY);
	if (judgement.settings->reassemblies_max == 0)
		return drop(state, COUNTER_DROP_FRAGMENT_DISABLED);
	judgement.fragment = ip[0] >> 4 == 6 ? fragment_read_ipv6(ip, packet->transport, packet->interface)
	                                     : fragment_read_ipv4(ip, packet->interface);
	if (rte_pktmbuf_pkt_len(mbuf) > judgement.fragment.total &&
	    rte_pktmbuf_trim(mbuf, rte_pktmbuf_pkt_len(mbuf) - judgement.fragment.total))
		return drop(state, COUNTER_DROP_FRAGMENT_SIZE);
	if (is_oversized_ipv4(state, &judgement.fragment))
		return drop(state, oversized(&judgement));
	judgement.index = fragment_enter(state, &judgement.fragment);
	return judgement.index ? judge_in_packet(&judgement, index)
	                       : drop(state, COUNTER_DROP_FRAGMENT_LIMIT);
}

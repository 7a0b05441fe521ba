/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fragment/fragment_judge.h"
#include "datapath/policy/compiled_policy.h"

const struct policy_fragments *fragment_settings(const struct worker_state *state)
{
	return state->policy ? &state->policy->policy.settings->fragments : NULL;
}

static struct event about(enum event_kind kind, const struct fragment_key *key)
{
	struct event event = {.kind = kind,
	                      .interface = key->interface,
	                      .protocol = key->protocol,
	                      .fragment = 1,
	                      .identification = key->identification};
	size_t length = key->version == 4 ? 4 : 16;

	event.source.version = event.destination.version = key->version;
	memcpy(event.source.bytes, key->source, length);
	memcpy(event.destination.bytes, key->destination, length);
	return event;
}

void fragment_tell(struct worker_state *state, enum event_kind kind, const struct fragment *fragment)
{
	struct event event = about(kind, &fragment->key);

	event.protocol = fragment->protocol;
	event.length = fragment->total;
	event.fragment_offset = fragment->offset;
	event.fragment_length = fragment->length;
	event_emit(state, &event);
}

void fragment_tell_failed(struct worker_state *state, enum event_kind kind,
                          const struct reassembly *reassembly)
{
	uint8_t wanted = fragment_settings(state)->failed_log;
	struct event event = about(kind, &reassembly->key);

	if (wanted >= POLICY_REASSEMBLY_LOG_ALL ||
	    (wanted != POLICY_REASSEMBLY_NO_LOG && reassembly->suspect))
		event_emit(state, &event);
}

static bool fragment_log_wanted(uint8_t wanted, bool suspect)
{
	return wanted == POLICY_FRAGMENT_LOG_ALL || (wanted == POLICY_FRAGMENT_LOG_SUSPECT && suspect);
}

void fragment_tell_late(struct worker_state *state, const struct fragment *fragment,
                        const struct reassembly *reassembly)
{
	const struct policy_fragments *settings = fragment_settings(state);

	switch (reassembly->state) {
	case REASSEMBLY_ILLEGAL:
		if (settings->illegal == POLICY_ILLEGAL_DROP_LOG_ALL)
			fragment_tell(state, EVENT_FRAGMENT_ILLEGAL_PACKET, fragment);
		break;
	case REASSEMBLY_REFUSED:
		if (fragment_log_wanted(settings->dropped_log, reassembly->suspect))
			fragment_tell(state, EVENT_FRAGMENT_REFUSED_PACKET, fragment);
		break;
	case REASSEMBLY_FAILED:
		if (settings->failed_log == POLICY_REASSEMBLY_LOG_ALL_SUBSEQUENT ||
		    (settings->failed_log == POLICY_REASSEMBLY_LOG_SUSPECT_SUBSEQUENT && reassembly->suspect))
			fragment_tell(state, EVENT_FRAGMENT_FAILED_PACKET, fragment);
		break;
	default:
		if (fragment_log_wanted(settings->duplicate_log, reassembly->suspect))
			fragment_tell(state, EVENT_FRAGMENT_DUPLICATE, fragment);
	}
}

void fragment_refused(struct worker_state *state, struct rte_mbuf *mbuf)
{
	const struct policy_fragments *settings = fragment_settings(state);
	const struct packet *packet = packet_of(mbuf);
	uint8_t flags = parsed_of(mbuf)->flags;
	const uint8_t *ip = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	struct fragment fragment;

	if (!settings || !fragment_log_wanted(settings->dropped_log, flags & PARSED_FRAGMENT_SUSPECT))
		return;
	if (ip[0] >> 4 == 6 && !(flags & PARSED_FRAGMENT_LATER)) {
		struct event event = event_about(EVENT_FRAGMENT_REFUSED_PACKET, packet->interface, mbuf);

		event_emit(state, &event);
		return;
	}
	fragment = ip[0] >> 4 == 6 ? fragment_read_ipv6(ip, packet->transport, packet->interface)
	                           : fragment_read_ipv4(ip, packet->interface);
	fragment_tell(state, EVENT_FRAGMENT_REFUSED_PACKET, &fragment);
}

enum counter fragment_atomic(struct worker_state *state, const struct rte_mbuf *mbuf, uint16_t interface)
{
	const struct policy_fragments *settings = fragment_settings(state);
	uint8_t wanted = settings ? settings->ipv6_atomic : POLICY_UNUSUAL_IGNORE;
	bool drop = wanted == POLICY_UNUSUAL_DROP || wanted == POLICY_UNUSUAL_DROP_LOG;
	struct event event;

	if (wanted == POLICY_UNUSUAL_LOG || wanted == POLICY_UNUSUAL_DROP_LOG) {
		event = event_about(drop ? EVENT_ATOMIC_FRAGMENT_DROPPED : EVENT_ATOMIC_FRAGMENT, interface,
		                    mbuf);
		event_emit(state, &event);
	}
	return drop ? COUNTER_DROP_FRAGMENT_ATOMIC : COUNTER_COUNT;
}

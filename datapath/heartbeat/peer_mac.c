/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/peer_mac.h"

#include <string.h>

static const struct peer_mac *find(const struct peer_macs *macs, uint16_t interface)
{
	for (unsigned i = 0; i < macs->count; i++)
		if (macs->pairs[i].interface == interface)
			return &macs->pairs[i];
	return NULL;
}

void peer_macs_configure(struct peer_macs *macs, const struct peer_mac *pairs, unsigned count)
{
	struct peer_macs before = *macs;

	*macs = (struct peer_macs){.count = count, .turn = before.turn};
	for (unsigned i = 0; i < count; i++) {
		macs->pairs[i] = pairs[i];
		(void)peer_macs_find(&before, pairs[i].interface, &macs->pairs[i].peer);
	}
}

bool peer_macs_find(const struct peer_macs *macs, uint16_t interface, struct mac_address *out)
{
	const struct peer_mac *pair = find(macs, interface);

	if (!pair || mac_address_is_zero(&pair->peer))
		return false;
	*out = pair->peer;
	return true;
}

void peer_macs_tell(struct peer_macs *macs, struct heartbeat *heartbeat)
{
	const struct peer_mac *pair;

	heartbeat->port_interface = 0;
	heartbeat->port_mac = (struct mac_address){{0}};
	if (!macs->count)
		return;
	macs->turn = (macs->turn + 1) % macs->count;
	pair = &macs->pairs[macs->turn];
	if (mac_address_is_zero(&pair->own))
		return;
	heartbeat->port_interface = pair->interface;
	heartbeat->port_mac = pair->own;
}

bool peer_macs_learn(struct peer_macs *macs, const struct heartbeat *heartbeat)
{
	const struct peer_mac *pair = find(macs, heartbeat->port_interface);
	const struct mac_address *told = &heartbeat->port_mac;

	/* That of a group is no node's. */
	if (!pair || mac_address_is_zero(told) || told->bytes[0] & 1 ||
	    memcmp(&pair->peer, told, sizeof(*told)) == 0)
		return false;
	macs->pairs[pair - macs->pairs].peer = *told;
	return true;
}

void peer_macs_encode(const struct peer_macs *macs, const struct heartbeat *heartbeat,
                      const struct mac_address *sync, const uint8_t key[32],
                      uint8_t frame[HEARTBEAT_FRAME_LENGTH])
{
	static const struct mac_address everyone = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
	struct mac_address peer = heartbeat_mac(heartbeat->cluster_id, cluster_role_peer(heartbeat->role));
	const struct peer_mac *pair = sync ? NULL : find(macs, heartbeat->interface_id);

	if (sync && macs->count > 0 && !mac_address_is_zero(sync)) {
		heartbeat_encode_between(heartbeat, sync, &everyone, key, frame);
	} else if (pair) {
		(void)peer_macs_find(macs, heartbeat->interface_id, &peer);
		heartbeat_encode_between(heartbeat, &pair->own, &peer, key, frame);
	} else {
		heartbeat_encode(heartbeat, key, frame);
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_PEER_MAC_H
#define DATAPATH_HEARTBEAT_PEER_MAC_H

/*
 * The Ethernet addresses of both nodes on interfaces whose HAEthernetAddressMode is InterfaceMAC: each node tells its own in
 * its heartbeats and learns the peer's (C22-051). Knows no port and no socket; of the thread that sends heartbeats.
 */

#include "lib/heartbeat.h"
#include "lib/policy.h"

#include <stdbool.h>

struct peer_mac {
	uint16_t interface;
	struct mac_address own;  /* zero: it has no port now */
	struct mac_address peer; /* zero: not known */
};

struct peer_macs {
	unsigned count;
	struct peer_mac pairs[POLICY_PORTS_MAX];
	unsigned turn; /* which of them the next heartbeat tells */
};

/*
 * Takes the interfaces, own addresses and those of the peer that are configured (EthernetAddress; zero: none). What the peer
 * said itself stays: it is what its interface has.
 */
void peer_macs_configure(struct peer_macs *macs, const struct peer_mac *pairs, unsigned count);

/* False where the peer's is not known (yet), or the interface does not use the nodes' own. */
bool peer_macs_find(const struct peer_macs *macs, uint16_t interface, struct mac_address *out);

/* Puts one own address, of each interface in turn, into a heartbeat. */
void peer_macs_tell(struct peer_macs *macs, struct heartbeat *heartbeat);

/* Takes what an accepted heartbeat of the peer tells. True where that is news. */
bool peer_macs_learn(struct peer_macs *macs, const struct heartbeat *heartbeat);

/*
 * The frame of a heartbeat (interface_id filled in) for its interface. Where that uses the nodes' own addresses, from the one to
 * the other, or as long as the peer's is not known to the address that it has otherwise. sync: the address of the device of a
 * Sync interface, NULL of others: from there by broadcast, where any interface uses the nodes' own (C22-051).
 */
void peer_macs_encode(const struct peer_macs *macs, const struct heartbeat *heartbeat,
                      const struct mac_address *sync, const uint8_t key[32],
                      uint8_t frame[HEARTBEAT_FRAME_LENGTH]);

#endif

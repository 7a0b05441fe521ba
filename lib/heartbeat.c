/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/heartbeat.h"

#include <endian.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <string.h>

#define HEARTBEAT_MAGIC   0x48414842u /* "HAHB" */
#define HEARTBEAT_VERSION 1
#define TAG_LENGTH        16

#define FLAG_ACTIVE     0x01
#define FLAG_READY      0x02
#define FLAG_YIELDING   0x04
#define FLAG_HEARS_PEER 0x08
#define FLAG_DEAF       0x10
#define FLAG_LINK_LOST  0x20
#define FLAG_ASIDE      0x40

/* Behind the Ethernet header, big-endian as protocols on a wire are. The tag covers the whole frame before
 * it. */
struct frame {
	uint8_t destination[6];
	uint8_t source[6];
	uint16_t ethertype;
	uint8_t version;
	uint8_t cluster_id;
	uint32_t magic;
	uint8_t role;
	uint8_t flags;
	uint16_t interface_id;
	uint32_t term;
	uint64_t instance;
	uint64_t peer_instance;
	uint64_t sequence;
	uint8_t port_mac[6];
	uint16_t port_interface;
	uint32_t peer_dead_us;
	uint32_t verdict;
	uint32_t patience_us;
	uint64_t acknowledged;
	uint8_t tag[TAG_LENGTH];
} __attribute__((packed));

_Static_assert(sizeof(struct frame) == HEARTBEAT_FRAME_LENGTH, "the frame's length is part of the protocol");

/*
 * HMAC-SHA-256, its first length_out bytes. Nettle's and not OpenSSL's: that one allocates a dozen objects at each call, and the
 * thread of the heartbeats is to wait for no allocator.
 */
static void authenticate(const uint8_t *key, size_t key_length, const void *bytes, size_t length,
                         size_t length_out, uint8_t *out)
{
	struct hmac_sha256_ctx context;

	hmac_sha256_set_key(&context, key_length, key);
	hmac_sha256_update(&context, length, bytes);
	hmac_sha256_digest(&context, length_out, out);
	explicit_bzero(&context, sizeof(context));
}

void cluster_derive_key(const uint8_t cluster_key[CLUSTER_KEY_LENGTH], const char *label, uint8_t key[32])
{
	authenticate(cluster_key, CLUSTER_KEY_LENGTH, label, strlen(label), SHA256_DIGEST_SIZE, key);
}

struct mac_address heartbeat_mac(uint8_t cluster_id, enum cluster_role role)
{
	return (struct mac_address){{0x10, 0, 0, cluster_id, 0xff, (uint8_t)role}};
}

struct mac_address cluster_shared_mac(uint8_t cluster_id, uint16_t interface_id)
{
	return (struct mac_address){
	    {0x10, 0, 0, cluster_id, (uint8_t)(interface_id >> 8), (uint8_t)interface_id}};
}

static void compute_tag(const struct frame *frame, const uint8_t key[32], uint8_t tag[TAG_LENGTH])
{
	authenticate(key, 32, frame, offsetof(struct frame, tag), TAG_LENGTH, tag);
}

void heartbeat_encode(const struct heartbeat *heartbeat, const uint8_t key[32],
                      uint8_t out[HEARTBEAT_FRAME_LENGTH])
{
	enum cluster_role role = heartbeat->role == ROLE_SLAVE ? ROLE_SLAVE : ROLE_MASTER;
	struct mac_address source = heartbeat_mac(heartbeat->cluster_id, role);
	struct mac_address destination = heartbeat_mac(heartbeat->cluster_id, cluster_role_peer(role));

	heartbeat_encode_between(heartbeat, &source, &destination, key, out);
}

void heartbeat_encode_between(const struct heartbeat *heartbeat, const struct mac_address *source,
                              const struct mac_address *destination, const uint8_t key[32],
                              uint8_t out[HEARTBEAT_FRAME_LENGTH])
{
	struct frame frame = {
	    .ethertype = htobe16(HEARTBEAT_ETHERTYPE),
	    .version = HEARTBEAT_VERSION,
	    .cluster_id = heartbeat->cluster_id,
	    .magic = htobe32(HEARTBEAT_MAGIC),
	    .role = heartbeat->role,
	    .interface_id = htobe16(heartbeat->interface_id),
	    .term = htobe32(heartbeat->term),
	    .instance = htobe64(heartbeat->instance),
	    .peer_instance = htobe64(heartbeat->peer_instance),
	    .sequence = htobe64(heartbeat->sequence),
	    .patience_us = htobe32(heartbeat->patience_us),
	    .acknowledged = htobe64(heartbeat->acknowledged),
	    .peer_dead_us = htobe32(heartbeat->peer_dead_us),
	    .verdict = htobe32(heartbeat->verdict),
	    .port_interface = htobe16(heartbeat->port_interface),
	};

	if (heartbeat->active)
		frame.flags |= FLAG_ACTIVE;
	if (heartbeat->ready)
		frame.flags |= FLAG_READY;
	if (heartbeat->yielding)
		frame.flags |= FLAG_YIELDING;
	if (heartbeat->hears_peer)
		frame.flags |= FLAG_HEARS_PEER;
	if (heartbeat->deaf)
		frame.flags |= FLAG_DEAF;
	if (heartbeat->link_lost)
		frame.flags |= FLAG_LINK_LOST;
	if (heartbeat->aside)
		frame.flags |= FLAG_ASIDE;
	memcpy(frame.destination, destination->bytes, sizeof(frame.destination));
	memcpy(frame.source, source->bytes, sizeof(frame.source));
	memcpy(frame.port_mac, heartbeat->port_mac.bytes, sizeof(frame.port_mac));
	compute_tag(&frame, key, frame.tag);
	memcpy(out, &frame, sizeof(frame));
}

enum heartbeat_verdict heartbeat_decode(const uint8_t *bytes, size_t length, uint8_t cluster_id,
                                        enum cluster_role own_role, const uint8_t key[32],
                                        struct heartbeat *out)
{
	struct frame frame;
	uint8_t tag[TAG_LENGTH];

	if (length < sizeof(frame))
		return HEARTBEAT_MALFORMED;
	memcpy(&frame, bytes, sizeof(frame));
	if (frame.ethertype != htobe16(HEARTBEAT_ETHERTYPE) || frame.magic != htobe32(HEARTBEAT_MAGIC) ||
	    frame.version != HEARTBEAT_VERSION || frame.role > ROLE_SLAVE)
		return HEARTBEAT_MALFORMED;
	if (frame.cluster_id != cluster_id)
		return HEARTBEAT_OTHER_CLUSTER;
	compute_tag(&frame, key, tag);
	if (!memeql_sec(tag, frame.tag, TAG_LENGTH))
		return HEARTBEAT_FORGED;
	if (frame.role == own_role)
		return HEARTBEAT_OWN_ROLE;
	*out = (struct heartbeat){
	    .cluster_id = frame.cluster_id,
	    .role = frame.role,
	    .active = !!(frame.flags & FLAG_ACTIVE),
	    .ready = !!(frame.flags & FLAG_READY),
	    .yielding = !!(frame.flags & FLAG_YIELDING),
	    .hears_peer = !!(frame.flags & FLAG_HEARS_PEER),
	    .deaf = !!(frame.flags & FLAG_DEAF),
	    .link_lost = !!(frame.flags & FLAG_LINK_LOST),
	    .aside = !!(frame.flags & FLAG_ASIDE),
	    .interface_id = be16toh(frame.interface_id),
	    .term = be32toh(frame.term),
	    .instance = be64toh(frame.instance),
	    .peer_instance = be64toh(frame.peer_instance),
	    .sequence = be64toh(frame.sequence),
	    .acknowledged = be64toh(frame.acknowledged),
	    .peer_dead_us = be32toh(frame.peer_dead_us),
	    .verdict = be32toh(frame.verdict),
	    .patience_us = be32toh(frame.patience_us),
	    .port_interface = be16toh(frame.port_interface),
	};
	memcpy(out->port_mac.bytes, frame.port_mac, sizeof(frame.port_mac));
	return HEARTBEAT_VALID;
}

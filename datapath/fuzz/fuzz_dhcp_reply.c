/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/dhcp_client/intercept.h"
#include "datapath/dhcp_client/record.h"

#include <rte_ip.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a server says reaches a client in each of its states. */
static void answer(const struct dhcp_reply *reply)
{
	for (unsigned state = DHCP_INIT; state <= DHCP_REBINDING; state++) {
		struct dhcp_client client = {.mac = reply->mac, .xid = reply->xid, .state = (uint8_t)state};
		struct dhcp_step step = {0};

		if (state == DHCP_REQUESTING || state == DHCP_CHECKING)
			client.offered = reply->lease;
		if (state >= DHCP_BOUND)
			client.lease = reply->lease;
		dhcp_client_reply(&client, reply, 1, 1, &step);
		if (client.lease.address && client.state >= DHCP_BOUND && client.ends_at &&
		    (client.renew_at > client.rebind_at || client.rebind_at > client.ends_at))
			__builtin_trap();
	}
}

static void check(const uint8_t *ip, size_t length)
{
	struct dhcp_reply reply;

	(void)dhcp_intercept_wants(1, ip, length);
	if (!dhcp_reply_read(ip, length, &reply))
		return;
	if (reply.type != DHCP_NAK && (!dhcp_address_valid(reply.lease.address) || !reply.lease.server))
		__builtin_trap();
	answer(&reply);
}

/* A packet as the wire brings it, the same with right checksums, and what the peer says of a lease. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dhcp_client_record record;
	uint8_t right[600];
	uint16_t sum;

	(void)dhcp_record_read(data, size, &record);
	check(data, size);
	if (size < 28 || size > sizeof(right) || data[0] != 0x45)
		return 0;
	memcpy(right, data, size);
	memset(right + 10, 0, 2);
	sum = (uint16_t)~rte_raw_cksum(right, 20);
	memcpy(right + 10, &sum, sizeof(sum));
	memset(right + 26, 0, 2);
	check(right, size);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_DHCP_CLIENT_H
#define LIB_MESSAGES_DHCP_CLIENT_H

/*
 * IPv4 addresses that interfaces get from DHCP servers (C21-021): between mgmtd and the datapath. IPv4 addresses are in network byte
 * order, 0: there is none. Moments are nanoseconds since the boot (CLOCK_BOOTTIME).
 */

#include <stdint.h>

#define DHCP_CLIENTS_MAX 64 /* interfaces */
#define DHCP_FILTER_MAX  16 /* ranges of one filter */
#define DHCP_SERVERS_MAX 2  /* DNS servers of one lease, and NBNS servers */

#define DHCP_FOR_EVER UINT32_MAX /* a time in seconds that does not end */

/* What a server assigned. */
struct dhcp_lease {
	uint32_t address, netmask, router, broadcast;
	uint32_t server; /* option 54: who assigned it */
	uint32_t dns[DHCP_SERVERS_MAX], nbns[DHCP_SERVERS_MAX];
	uint32_t lease_s, renew_s, rebind_s; /* from the moment it was assigned on */
};

enum dhcp_state {
	DHCP_INIT = 0,
	DHCP_SELECTING = 1,  /* servers have been asked for offers */
	DHCP_REQUESTING = 2, /* one has been asked for what it offered */
	DHCP_REBOOTING = 3,  /* servers have been asked for the address of before */
	DHCP_CHECKING = 4,   /* whether anybody else has the address is being asked */
	DHCP_BOUND = 5,
	DHCP_RENEWING = 6,  /* its server has been asked for more time */
	DHCP_REBINDING = 7, /* every server has */
};

/* From first to last, both included. */
struct dhcp_range {
	uint32_t first, last;
};

struct dhcp_filter {
	uint32_t count; /* 0: everything is accepted */
	struct dhcp_range range[DHCP_FILTER_MAX];
};

/* An interface, and what its administrator wants. */
struct dhcp_client_order {
	uint16_t interface, reserved;
	uint32_t preferred; /* address to ask for */
	uint32_t before;    /* address that it had when the datapath was here last */
	struct dhcp_filter servers, addresses;
};

/* MESSAGE_DHCP_CLIENT_CONFIGURE: every interface that wants it. */
struct message_dhcp_client_configure {
	uint32_t count;
	struct dhcp_client_order interface[DHCP_CLIENTS_MAX];
};

/* What is known of one; lease.address 0: it has none. */
struct dhcp_client_status {
	uint16_t interface;
	uint8_t state; /* enum dhcp_state */
	uint8_t reserved;
	struct dhcp_lease lease;
	uint64_t since;                        /* it is in that state */
	uint64_t renew_at, rebind_at, ends_at; /* 0: never */
};

/* MESSAGE_DHCP_CLIENT_STATUS: of each of them, in their order. */
struct message_dhcp_client_status {
	uint32_t count;
	uint32_t reserved;
	struct dhcp_client_status interface[DHCP_CLIENTS_MAX];
};

/* Message types of DHCP (RFC 2132 9.6). */
enum dhcp_message {
	DHCP_DISCOVER = 1,
	DHCP_OFFER = 2,
	DHCP_REQUEST = 3,
	DHCP_DECLINE = 4,
	DHCP_ACK = 5,
	DHCP_NAK = 6,
	DHCP_RELEASE = 7,
};

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_DHCP_CLIENT_CLIENT_H
#define DATAPATH_DHCP_CLIENT_CLIENT_H

/*
 * What a DHCP client does (RFC 2131 4.4): its states, and what leads from one to the next. It knows no clock, sends nothing and rolls no
 * dice: time, replies and random numbers come in, and what is to be done comes out as struct dhcp_step, so that it can be tested alone.
 * Any thread. Times are nanoseconds of a clock that only grows; IPv4 addresses are in network byte order.
 */

#include "datapath/dhcp_client/packet.h"

struct dhcp_client {
	struct mac_address mac;        /* whose answers it takes */
	struct mac_address identifier; /* the same on both nodes (C22-054) */
	uint32_t preferred;
	struct dhcp_filter servers, addresses;
	uint8_t state; /* enum dhcp_state */
	uint8_t tries; /* of the question that it asks */
	uint32_t xid;
	uint32_t before;         /* DHCP_REBOOTING: the address of before */
	uint64_t since;          /* it is in that state */
	uint64_t begun, asked;   /* when it began to ask, and asked first for what it was given */
	uint64_t due;            /* when it does the next thing */
	struct dhcp_lease lease; /* in use; address 0: none */
	uint64_t renew_at, rebind_at, ends_at; /* of it; 0: never */
	struct dhcp_lease offered;             /* DHCP_REQUESTING and DHCP_CHECKING */
};

enum dhcp_refusal {
	DHCP_ACCEPTED,
	DHCP_REFUSED_SERVER,  /* by DHCPServerFilter */
	DHCP_REFUSED_ADDRESS, /* by DHCPAdressFilter */
};

/* What is to be done. Begins as {0}. */
struct dhcp_step {
	bool send;
	struct dhcp_request request;
	uint32_t probe;  /* an address that is to be asked for by ARP, 0: none */
	bool changed;    /* the lease, or when it ends */
	uint8_t refused; /* enum dhcp_refusal */
};

/* Begins from the start, or, where before is an address, by asking for that. The lease is gone. */
void dhcp_client_start(struct dhcp_client *client, uint32_t before, uint64_t now);
/* What is due by now. random: any number. */
void dhcp_client_tick(struct dhcp_client *client, uint64_t now, uint64_t random, struct dhcp_step *step);
/* A server has answered. False: it is not for this client, or not what it waits for. */
bool dhcp_client_reply(struct dhcp_client *client, const struct dhcp_reply *reply, uint64_t now,
                       uint64_t random, struct dhcp_step *step);
/* Somebody else has an address. False: it is not one that is being asked for. */
bool dhcp_client_objected(struct dhcp_client *client, uint32_t address, uint64_t now, struct dhcp_step *step);
/* Gives the lease back, where there is one. */
void dhcp_client_release(struct dhcp_client *client, uint64_t random, struct dhcp_step *step);
/* What the filters say of the lease that there is. */
enum dhcp_refusal dhcp_client_judge(const struct dhcp_client *client);
/* This node has become the one that asks: it goes on with the lease, or from the start. */
void dhcp_client_resume(struct dhcp_client *client, uint64_t now);
/* It has ceased to be that: what was asked is forgotten. */
void dhcp_client_pause(struct dhcp_client *client);

bool dhcp_filter_accepts(const struct dhcp_filter *filter, uint32_t address);

#endif

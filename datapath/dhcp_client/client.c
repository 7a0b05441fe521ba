/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/dhcp_client/client.h"

#include <arpa/inet.h>
#include <string.h>

#define SECOND       1000000000ULL
#define FIRST_WAIT_S 4             /* RFC 2131 4.1: doubled each time, and a second more or less */
#define DOUBLED_MAX  4             /* times */
#define RENEW_WAIT   (60 * SECOND) /* RFC 2131 4.4.5: at least */
#define REQUESTS_MAX 4
#define REBOOTS_MAX  1 /* a server that does not know the address is silent */
#define PROBES_MAX   2
#define PROBE_WAIT   (SECOND / 2)
#define NAK_WAIT     SECOND
#define DECLINE_WAIT (10 * SECOND) /* RFC 2131 3.1, 5 */
#define EVERYBODY    UINT32_MAX

bool dhcp_filter_accepts(const struct dhcp_filter *filter, uint32_t address)
{
	uint32_t number = ntohl(address);

	for (uint32_t i = 0; i < filter->count && i < DHCP_FILTER_MAX; i++)
		if (number >= ntohl(filter->range[i].first) && number <= ntohl(filter->range[i].last))
			return true;
	return filter->count == 0;
}

static enum dhcp_refusal judge(const struct dhcp_client *client, const struct dhcp_lease *lease)
{
	if (!dhcp_filter_accepts(&client->servers, lease->server))
		return DHCP_REFUSED_SERVER;
	return dhcp_filter_accepts(&client->addresses, lease->address) ? DHCP_ACCEPTED : DHCP_REFUSED_ADDRESS;
}

enum dhcp_refusal dhcp_client_judge(const struct dhcp_client *client)
{
	return client->lease.address ? judge(client, &client->lease) : DHCP_ACCEPTED;
}

static void enter(struct dhcp_client *client, enum dhcp_state state, uint64_t now)
{
	client->state = (uint8_t)state;
	client->since = now;
	client->due = now;
	client->tries = 0;
}

static void forget_lease(struct dhcp_client *client)
{
	client->lease = (struct dhcp_lease){0};
	client->renew_at = client->rebind_at = client->ends_at = 0;
}

void dhcp_client_start(struct dhcp_client *client, uint32_t before, uint64_t now)
{
	forget_lease(client);
	client->offered = (struct dhcp_lease){0};
	client->before = dhcp_address_valid(before) ? before : 0;
	enter(client, DHCP_INIT, now);
}

/* From the start, after a while; a lease that there was is gone. */
static void restart(struct dhcp_client *client, uint64_t now, uint64_t wait, struct dhcp_step *step)
{
	if (client->lease.address)
		step->changed = true;
	dhcp_client_start(client, 0, now);
	client->due = now + wait;
}

static uint64_t backoff(unsigned tries, uint64_t random)
{
	uint64_t seconds = (uint64_t)FIRST_WAIT_S << (tries < DOUBLED_MAX ? tries : DOUBLED_MAX);

	return (seconds - 1) * SECOND + random % (2 * SECOND);
}

/* Half of what is left, but not less than a minute, nor more than what is left. */
static uint64_t half_way(uint64_t now, uint64_t end)
{
	uint64_t wait = end > now ? (end - now) / 2 : 0;

	if (wait < RENEW_WAIT)
		wait = RENEW_WAIT;
	return now + wait < end ? now + wait : end;
}

static void say(const struct dhcp_client *client, enum dhcp_message type, uint64_t now,
                struct dhcp_step *step)
{
	uint64_t elapsed = now > client->begun ? (now - client->begun) / SECOND : 0;

	step->send = true;
	step->request = (struct dhcp_request){.type = type,
	                                      .xid = client->xid,
	                                      .elapsed_s = (uint16_t)(elapsed < 0xffff ? elapsed : 0xffff),
	                                      .mac = client->mac,
	                                      .identifier = client->identifier,
	                                      .destination = EVERYBODY};
}

/* A question that begins is known by a number of its own. */
static void begin(struct dhcp_client *client, uint64_t now, uint64_t random)
{
	client->xid = (uint32_t)(random >> 16);
	client->begun = now;
}

static void ask(struct dhcp_client *client, uint64_t now, uint64_t random, struct dhcp_step *step)
{
	if (client->tries == 0)
		client->asked = now;
	client->due = now + backoff(client->tries, random);
	if (client->tries < UINT8_MAX)
		client->tries++;
	say(client, client->state == DHCP_SELECTING ? DHCP_DISCOVER : DHCP_REQUEST, now, step);
	if (client->state == DHCP_SELECTING)
		step->request.requested = client->preferred;
	if (client->state == DHCP_REBOOTING)
		step->request.requested = client->before;
	if (client->state != DHCP_REQUESTING)
		return;
	step->request.requested = client->offered.address;
	step->request.server = client->offered.server;
}

/* For more time of the lease. */
static void ask_more(struct dhcp_client *client, uint64_t now, struct dhcp_step *step)
{
	bool rebinding = client->state == DHCP_REBINDING;

	if (client->tries == 0)
		client->asked = now;
	if (client->tries < UINT8_MAX)
		client->tries++;
	client->due = half_way(now, rebinding ? client->ends_at : client->rebind_at);
	say(client, DHCP_REQUEST, now, step);
	step->request.source = client->lease.address;
	if (!rebinding)
		step->request.destination = client->lease.server;
}

static uint64_t moment(uint64_t from, uint32_t seconds)
{
	return seconds == DHCP_FOR_EVER ? 0 : from + seconds * SECOND;
}

/* When to renew and to rebind: as the server says, where that makes sense, else after a half and seven eighths. */
static void set_times(struct dhcp_lease *lease)
{
	if (lease->lease_s == DHCP_FOR_EVER) {
		lease->renew_s = lease->rebind_s = DHCP_FOR_EVER;
		return;
	}
	if (!lease->rebind_s || lease->rebind_s >= lease->lease_s)
		lease->rebind_s = (uint32_t)((uint64_t)lease->lease_s * 7 / 8);
	if (!lease->renew_s || lease->renew_s >= lease->rebind_s)
		lease->renew_s =
		    lease->lease_s / 2 < lease->rebind_s ? lease->lease_s / 2 : lease->rebind_s / 2;
}

static void hold(struct dhcp_client *client, const struct dhcp_lease *lease, uint64_t now,
                 struct dhcp_step *step)
{
	client->lease = *lease;
	set_times(&client->lease);
	client->renew_at = moment(client->asked, client->lease.renew_s);
	client->rebind_at = moment(client->asked, client->lease.rebind_s);
	client->ends_at = moment(client->asked, client->lease.lease_s);
	client->offered = (struct dhcp_lease){0};
	enter(client, DHCP_BOUND, now);
	client->due = client->renew_at ? client->renew_at : UINT64_MAX;
	step->changed = true;
}

static void check(struct dhcp_client *client, uint64_t now, struct dhcp_step *step)
{
	if (client->tries == PROBES_MAX) {
		struct dhcp_lease free_one = client->offered;

		hold(client, &free_one, now, step);
		return;
	}
	client->tries++;
	client->due = now + PROBE_WAIT;
	step->probe = client->offered.address;
}

static void ask_or_give_up(struct dhcp_client *client, unsigned most, uint64_t now, uint64_t random,
                           struct dhcp_step *step)
{
	if (client->tries == most) {
		enter(client, DHCP_SELECTING, now);
		begin(client, now, random);
	}
	ask(client, now, random, step);
}

void dhcp_client_tick(struct dhcp_client *client, uint64_t now, uint64_t random, struct dhcp_step *step)
{
	if (client->lease.address && client->ends_at && now >= client->ends_at)
		restart(client, now, 0, step);
	if (now < client->due)
		return;
	switch (client->state) {
	case DHCP_INIT:
		enter(client, client->before ? DHCP_REBOOTING : DHCP_SELECTING, now);
		begin(client, now, random);
		/* fall through */
	case DHCP_SELECTING:
		ask(client, now, random, step);
		break;
	case DHCP_REBOOTING:
		ask_or_give_up(client, REBOOTS_MAX, now, random, step);
		break;
	case DHCP_REQUESTING:
		ask_or_give_up(client, REQUESTS_MAX, now, random, step);
		break;
	case DHCP_CHECKING:
		check(client, now, step);
		break;
	case DHCP_BOUND:
		enter(client, DHCP_RENEWING, now);
		begin(client, now, random);
		/* fall through */
	case DHCP_RENEWING:
		if (now >= client->rebind_at)
			enter(client, DHCP_REBINDING, now);
		/* fall through */
	default:
		ask_more(client, now, step);
	}
}

static bool awaits_decision(const struct dhcp_client *client)
{
	return client->state == DHCP_REQUESTING || client->state == DHCP_REBOOTING ||
	       client->state == DHCP_RENEWING || client->state == DHCP_REBINDING;
}

static void offered(struct dhcp_client *client, const struct dhcp_reply *reply, uint64_t now, uint64_t random,
                    struct dhcp_step *step)
{
	step->refused = (uint8_t)judge(client, &reply->lease);
	if (step->refused != DHCP_ACCEPTED)
		return;
	client->offered = reply->lease;
	enter(client, DHCP_REQUESTING, now);
	ask(client, now, random, step);
}

static bool acknowledged(struct dhcp_client *client, const struct dhcp_reply *reply, uint64_t now,
                         struct dhcp_step *step)
{
	if (client->state == DHCP_REQUESTING && (reply->lease.address != client->offered.address ||
	                                         reply->lease.server != client->offered.server))
		return false;
	step->refused = (uint8_t)judge(client, &reply->lease);
	if (step->refused != DHCP_ACCEPTED)
		return true;
	if (reply->lease.address == client->lease.address) {
		hold(client, &reply->lease, now, step);
		return true;
	}
	/* Another address than that in use, which is nobody's any more. */
	step->changed = client->lease.address != 0;
	forget_lease(client);
	client->offered = reply->lease;
	enter(client, DHCP_CHECKING, now);
	check(client, now, step);
	return true;
}

static bool denied(struct dhcp_client *client, const struct dhcp_reply *reply, uint64_t now,
                   struct dhcp_step *step)
{
	uint32_t server = reply->lease.server ? reply->lease.server : reply->source;

	if (client->state == DHCP_REQUESTING && server != client->offered.server)
		return false;
	if (!dhcp_filter_accepts(&client->servers, server)) {
		step->refused = DHCP_REFUSED_SERVER;
		return true;
	}
	restart(client, now, NAK_WAIT, step);
	return true;
}

bool dhcp_client_reply(struct dhcp_client *client, const struct dhcp_reply *reply, uint64_t now,
                       uint64_t random, struct dhcp_step *step)
{
	if (reply->xid != client->xid || memcmp(&reply->mac, &client->mac, sizeof(client->mac)) != 0)
		return false;
	if (reply->type == DHCP_OFFER && client->state == DHCP_SELECTING) {
		offered(client, reply, now, random, step);
		return true;
	}
	if (!awaits_decision(client))
		return false;
	if (reply->type == DHCP_ACK)
		return acknowledged(client, reply, now, step);
	return reply->type == DHCP_NAK && denied(client, reply, now, step);
}

bool dhcp_client_objected(struct dhcp_client *client, uint32_t address, uint64_t now, struct dhcp_step *step)
{
	if (client->state != DHCP_CHECKING || address != client->offered.address)
		return false;
	say(client, DHCP_DECLINE, now, step);
	step->request.requested = client->offered.address;
	step->request.server = client->offered.server;
	restart(client, now, DECLINE_WAIT, step);
	return true;
}

void dhcp_client_release(struct dhcp_client *client, uint64_t random, struct dhcp_step *step)
{
	if (!client->lease.address)
		return;
	begin(client, 0, random);
	say(client, DHCP_RELEASE, 0, step);
	step->request.source = client->lease.address;
	step->request.destination = client->lease.server;
	step->request.server = client->lease.server;
	step->changed = true;
	forget_lease(client);
	client->state = DHCP_INIT;
}

void dhcp_client_pause(struct dhcp_client *client)
{
	client->offered = (struct dhcp_lease){0};
	client->state = client->lease.address ? DHCP_BOUND : DHCP_INIT;
}

void dhcp_client_resume(struct dhcp_client *client, uint64_t now)
{
	dhcp_client_pause(client);
	if (!client->lease.address)
		dhcp_client_start(client, client->before, now);
	else
		client->due = client->renew_at ? client->renew_at : UINT64_MAX;
}

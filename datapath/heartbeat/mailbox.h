/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_MAILBOX_H
#define DATAPATH_HEARTBEAT_MAILBOX_H

/*
 * What the control thread and the heartbeat thread tell each other: the latest of each, copied whole. A mutex with priority
 * inheritance guards copies of a few kilobytes and nothing else, so neither thread waits for the other's work.
 */

#include "datapath/heartbeat/peer_mac.h"
#include "lib/messages/activity.h"
#include "lib/policy.h"

#include <stdbool.h>
#include <stdint.h>

struct heartbeat_member {
	uint16_t id;
	bool sync;
	int fd;                 /* Sync: a socket, -1 while the device is missing */
	struct mac_address mac; /* Sync: the device's; zero while it is missing */
};

/* What a policy says. */
struct heartbeat_configuration {
	uint32_t serial; /* of this configuration, 0: none yet */
	bool cluster;    /* there is one; without, this node is alone and always forwards */
	bool have_key;   /* without, no heartbeats are sent */
	uint8_t cluster_id, role;
	uint8_t key[32];
	uint64_t interval_ns, dead_ns;
	unsigned member_count;
	struct heartbeat_member members[POLICY_INTERFACES_MAX];
	unsigned mac_count; /* of interfaces with HAEthernetAddressMode=InterfaceMAC */
	struct peer_mac macs[POLICY_PORTS_MAX];
};

/* What this node is, for its heartbeats to say; all zero at first. */
struct heartbeat_word {
	struct message_activity wish;
	uint32_t fences_handled; /* heartbeat_findings.fences that the control thread has acted upon */
	uint8_t active;
	uint8_t forwards; /* active, or still forwards what comes after a hand-over */
	uint8_t ready;
	uint8_t farewell; /* this node ends */
	uint64_t deaf;    /* bit n: does not hear the peer on the nth member, but elsewhere */
	uint8_t link_lost;
	uint8_t reserved[7];
};

/* What the heartbeat thread found. */
struct heartbeat_findings {
	struct message_heartbeat_report report;
	uint32_t configured; /* the configuration in use */
	uint32_t
	    fences; /* times that this node's heartbeats stood still while it was active, so that it has to end */
	uint32_t not_missed; /* and that the peer, asked, had not missed it, so that it goes on */
	uint64_t pause_ns;   /* how long, the last time */
	uint32_t lost;       /* times that a socket was found unusable */
	bool farewelled;
	struct peer_macs macs;
};

/* Returns 0 or -errno. Control thread, before the other runs. */
int mailbox_start(void);
void mailbox_stop(void);

/* Control thread. */
void mailbox_put_configuration(const struct heartbeat_configuration *configuration);
void mailbox_put_word(const struct heartbeat_word *word);
/* False: nothing new since the last call. */
bool mailbox_take_findings(struct heartbeat_findings *findings);
/* As they are now. */
void mailbox_read_findings(struct heartbeat_findings *findings);

/* Heartbeat thread; false where nothing is new. Each of the two is only written where it is. */
bool mailbox_take(struct heartbeat_configuration *configuration, struct heartbeat_word *word);
/* Makes mailbox_found_fd readable. */
void mailbox_put_findings(const struct heartbeat_findings *findings);

/* When the control thread was last seen at work, nanoseconds of control_now. */
void mailbox_touch(uint64_t now);
uint64_t mailbox_touched(void);

/* Event counters that ring where something is put: for the heartbeat thread, and for the control thread. */
int mailbox_orders_fd(void);
int mailbox_found_fd(void);

#endif

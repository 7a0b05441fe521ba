/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_LOG_EVENT_H
#define LIB_LOG_EVENT_H

/*
 * Events that have a name, a number and a category (C20-001, C20-002), so that receivers of logs can tell and filter them.
 * Numbers never change and are never used again; each event has one severity.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <syslog.h>

#define LOG_EVENT_SYSTEM_MESSAGE 100001 /* what a daemon says that is no event of this list */

/* X(identifier, number, category, severity, name): what daemons tell with log_event. */
#define LOG_EVENTS(X)                                                                                        \
	X(HA_ACTIVE, 1200001, "HA", LOG_NOTICE, "ha_active")                                                 \
	X(HA_INACTIVE, 1200002, "HA", LOG_NOTICE, "ha_inactive")                                             \
	X(HA_YIELDING, 1200003, "HA", LOG_NOTICE, "ha_yielding")                                             \
	X(HA_STATE, 1200004, "HA", LOG_NOTICE, "ha_state")                                                   \
	X(HA_PEER_ALIVE, 1200005, "HA", LOG_NOTICE, "ha_peer_alive")                                         \
	X(HA_PEER_DEAD, 1200006, "HA", LOG_WARNING, "ha_peer_dead")                                          \
	X(HA_PEER_JOINED, 1200007, "HA", LOG_NOTICE, "ha_peer_joined")                                       \
	X(HA_PEER_LEFT, 1200008, "HA", LOG_NOTICE, "ha_peer_left")                                           \
	X(HA_SYNC_FAILURE, 1200009, "HA", LOG_WARNING, "ha_sync_failure")                                    \
	X(HA_SYNC_RESTORED, 1200010, "HA", LOG_NOTICE, "ha_sync_restored")                                   \
	X(HA_LINK_UP, 1200011, "HA", LOG_NOTICE, "ha_link_up")                                               \
	X(HA_LINK_DOWN, 1200012, "HA", LOG_NOTICE, "ha_link_down")                                           \
	X(HA_INTERFACE_OFFLINE, 1200013, "HA", LOG_ERR, "ha_interface_offline")                              \
	X(HA_PEER_INTERFACE_OFFLINE, 1200014, "HA", LOG_WARNING, "ha_peer_interface_offline")                \
	X(HA_INTERFACE_UNKNOWN, 1200015, "HA", LOG_WARNING, "ha_interface_unknown")                          \
	X(HA_INTERFACE_ONLINE, 1200016, "HA", LOG_NOTICE, "ha_interface_online")                             \
	X(HA_CFG_NOT_IN_SYNC, 1200017, "HA", LOG_WARNING, "HA_CfgNotInSync")                                 \
	X(HA_CFG_IN_SYNC, 1200018, "HA", LOG_NOTICE, "ha_cfg_in_sync")                                       \
	X(HA_STOOD_STILL, 1200019, "HA", LOG_WARNING, "ha_stood_still")                                      \
	X(HA_RESTART, 1200020, "HA", LOG_WARNING, "ha_restart")                                              \
	X(HA_NOT_MISSED, 1200021, "HA", LOG_WARNING, "ha_not_missed")                                        \
	X(HA_COPY, 1200022, "HA", LOG_WARNING, "ha_copy")                                                    \
	X(HA_PEER_DIFFERS, 1200023, "HA", LOG_WARNING, "ha_peer_differs")

enum log_event {
	LOG_EVENT_NONE,
#define X(id, number, category, severity, name) LOG_EVENT_##id,
	LOG_EVENTS(X)
#undef X
	    LOG_EVENT_COUNT
};

struct log_event_type {
	uint32_t number;
	int severity; /* as of syslog(3) */
	const char *category, *name;
};

/* Of an event of the list, NULL for others. Any thread. */
const struct log_event_type *log_event_type(unsigned event);
/* An event of the list has that number. Any thread. */
bool log_event_is_listed(uint32_t number);
/* The number of an event that tells its name and category in its line ("RULE: prio=... event=..."), 0: it has none. Any thread. */
uint32_t log_event_number(const char *name, size_t length);

/*
 * As qb_log, of an event: into the daemon's log as the text alone, and to receivers of logs with its name (log_forward).
 * On the thread that logs.
 */
void log_event(enum log_event event, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same of an event that is about an interface, which receivers of logs are told by name. */
void log_event_of(enum log_event event, const char *interface, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

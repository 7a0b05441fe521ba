/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_DATAPATH_LINK_H
#define MGMT_MGMTD_DATAPATH_LINK_H

/*
 * The connection to hadrian-datapath: policies and queries out, answers in. Answers come in the order of what
 * was asked; where the datapath goes away, everything that waits ends with -ENOTCONN. Runs on the loop's
 * thread.
 */

#include "lib/messages/blacklist.h"
#include "lib/messages/neighbour.h"
#include "lib/messages/query.h"

#include <qb/qbloop.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct datapath_link;
struct ipc_message;

typedef void (*datapath_result)(void *user, int error, const char *text);
/* Rows of the queried kind, checked to be whole; called any number of times, then end once. */
typedef void (*datapath_rows)(void *user, const void *rows, uint32_t count);

/* The end of a page of flows: next is the cursor of the one behind, 0 where there is none. */
typedef void (*datapath_page)(void *user, int error, const char *text, uint64_t next);

/* connected is called whenever the datapath is reached (again). Returns 0 or -errno; *out for
 * datapath_link_destroy. */
int datapath_link_create(qb_loop_t *loop, void (*connected)(void *user), void *user,
                         struct datapath_link **out);
void datapath_link_destroy(struct datapath_link *link);
/* The zone that this program tells the time in has perhaps changed: the datapath does the same. NULL is fine. */
void datapath_link_time_zone(struct datapath_link *link);
bool datapath_link_is_up(const struct datapath_link *link);
/* The datapath's process, 0 where it is not reached. */
pid_t datapath_link_pid(const struct datapath_link *link);

/* Sends a policy. Returns 0 (done is called later) or -errno (-ENOTCONN). link NULL: -ENOTCONN. */
int datapath_link_apply(struct datapath_link *link, uint64_t generation, const void *blob, size_t length,
                        datapath_result done, void *user);
/* Forgets neighbours. */
int datapath_link_flush(struct datapath_link *link, const struct message_neighbour_flush *flush,
                        datapath_result done, void *user);
/* Announces an address of the firewall's, or asks for one. */
int datapath_link_notify(struct datapath_link *link, const struct message_neighbour_notify *notify,
                         datapath_result done, void *user);
/* Changes the blacklist; of a removal the text of success is the number of entries. */
int datapath_link_blacklist(struct datapath_link *link, const struct message_blacklist *message,
                            datapath_result done, void *user);
/* Returns 0 (end is called once) or -errno. */
int datapath_link_query(struct datapath_link *link, enum query_kind kind, uint32_t limit, datapath_rows rows,
                        datapath_result end, void *user);
/* The same for QUERY_FLOW...; the cookie is this function's. */
int datapath_link_query_flows(struct datapath_link *link, const struct message_flow_query *query,
                              datapath_rows rows, datapath_page end, void *user);
/* A message without an answer of its own. Returns 0 or -errno. link NULL: -ENOTCONN. */
int datapath_link_send(struct datapath_link *link, uint32_t type, const void *body, size_t length);
/* Who takes MESSAGE_CAPTURE_STATE and ..._PACKETS; message NULL: the datapath went away. NULL: nobody. */
typedef void (*datapath_capture)(void *user, const struct ipc_message *message);
void datapath_link_captures(struct datapath_link *link, datapath_capture handler, void *user);
/* The same for MESSAGE_WATCH_STATE, ..._EVENTS and MESSAGE_PROBE_EVENT. */
void datapath_link_diagnostics(struct datapath_link *link, datapath_capture handler, void *user);
/*
 * Which MESSAGE_DISCOVERY_SEEN are wanted (bits of enum discovery_snoop), also of a datapath that comes later, and by whom.
 * link NULL: nothing.
 */
void datapath_link_snoop(struct datapath_link *link, uint32_t wanted, datapath_capture handler, void *user);
/* Who takes MESSAGE_AUTOCONFIGURATION and MESSAGE_DHCP_CLIENT_STATUS. */
void datapath_link_learned(struct datapath_link *link, datapath_capture handler, void *user);
/* Nobody with this user pointer is called any more. */
void datapath_link_forget(struct datapath_link *link, const void *user);

#endif

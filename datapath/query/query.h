/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_QUERY_QUERY_H
#define DATAPATH_QUERY_QUERY_H

/* Answers to MESSAGE_QUERY: rows in messages of at most IPC_BODY_MAX bytes, sent as fast as the client takes
 * them. Control thread. */

#include "lib/ipc.h"
#include "lib/messages/query.h"

/* body: that of the message, length bytes; one that is too short is left unanswered. */
void query_start(struct ipc_connection *connection, const void *body, size_t length);
/* The client takes messages again. */
void query_writable(struct ipc_connection *connection);
/* The client has gone. */
void query_closed(struct ipc_connection *connection);

/* --- query/rows.c: the rows of each kind, malloc'ed; NULL with *count 0 where there are none
 * ----------------------- */

void *rows_neighbours(uint32_t *count);
void *rows_interfaces(uint32_t *count);
void *rows_counters(uint32_t *count);
void *rows_routes(uint32_t *count);
void *rows_workers(uint32_t *count);
/* In the order of the policy; at the end what no rule decided. */
void *rows_rules(uint32_t *count);

/* --- query/usage.c: how busy the workers are
 * ------------------------------------------------------------------------- */

/* Once a second: looks how busy each worker was since the last time. */
void usage_second(void);
/* Of that second. A worker's index as in datapath.workers. */
struct worker_row usage_of(unsigned index);

#endif

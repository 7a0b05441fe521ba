/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/query/query.h"

#include "datapath/core/datapath.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A query that is being answered. */
struct answer {
	struct answer *next;
	struct ipc_connection *connection; /* NULL: gone */
	struct message_query query;
	char *rows;
	size_t row_size;
	uint32_t count, sent;
	bool ready; /* its rows are there */
};

static struct answer *answers;

static void unlink_answer(struct answer *answer)
{
	struct answer **at = &answers;

	while (*at != answer)
		at = &(*at)->next;
	*at = answer->next;
	free(answer->rows);
	free(answer);
}

static int send_rows(const struct answer *answer, uint32_t type, uint32_t rows)
{
	_Alignas(8) char body[IPC_BODY_MAX];
	struct message_query_reply reply = {
	    .kind = answer->query.kind, .rows = rows, .cookie = answer->query.cookie};
	size_t length = rows * answer->row_size;

	memcpy(body, &reply, sizeof(reply));
	if (length)
		memcpy(body + sizeof(reply), answer->rows + answer->sent * answer->row_size, length);
	return ipc_send(answer->connection, type, body, sizeof(reply) + length, -1);
}

/* True where all was sent, or the client is gone. */
static bool progress(struct answer *answer)
{
	int error = 0;

	while (answer->connection && answer->sent < answer->count && !error) {
		uint32_t most =
		    (uint32_t)((IPC_BODY_MAX - sizeof(struct message_query_reply)) / answer->row_size);
		uint32_t left = answer->count - answer->sent, rows = left < most ? left : most;

		error = send_rows(answer, MESSAGE_QUERY_ROWS, rows);
		if (!error)
			answer->sent += rows;
	}
	if (answer->connection && !error)
		error = send_rows(answer, MESSAGE_QUERY_END, 0);
	return error != -EAGAIN;
}

static void set_rows(struct answer *answer, void *rows, uint32_t count, size_t row_size)
{
	uint32_t limit = answer->query.limit;

	answer->rows = rows;
	answer->count = limit && count > limit ? limit : count;
	answer->row_size = row_size;
	answer->ready = true;
	if (progress(answer))
		unlink_answer(answer);
}

static void flows_ready(struct flow_row *rows, uint32_t count, void *user)
{
	set_rows(user, rows, count, sizeof(*rows));
}

void query_start(struct ipc_connection *connection, const struct message_query *query)
{
	struct answer *answer = calloc(1, sizeof(*answer));
	uint32_t count = 0;
	void *rows;

	if (!answer) {
		ipc_close(connection);
		return;
	}
	*answer = (struct answer){.next = answers, .connection = connection, .query = *query};
	answers = answer;
	switch (query->kind) {
	case QUERY_FLOWS:
		if (flow_query(query->limit, flows_ready, answer) != 0)
			set_rows(answer, NULL, 0, sizeof(struct flow_row));
		return;
	case QUERY_NEIGHBOURS:
		rows = rows_neighbours(&count);
		set_rows(answer, rows, count, sizeof(struct neighbour_row));
		return;
	case QUERY_INTERFACES:
		rows = rows_interfaces(&count);
		set_rows(answer, rows, count, sizeof(struct interface_row));
		return;
	case QUERY_COUNTERS:
		rows = rows_counters(&count);
		set_rows(answer, rows, count, sizeof(struct counter_row));
		return;
	case QUERY_ROUTES:
		rows = rows_routes(&count);
		set_rows(answer, rows, count, sizeof(struct route_row));
		return;
	case QUERY_WORKERS:
		rows = rows_workers(&count);
		set_rows(answer, rows, count, sizeof(struct worker_row));
		return;
	default:
		set_rows(answer, NULL, 0, sizeof(struct counter_row));
	}
}

void query_writable(struct ipc_connection *connection)
{
	for (struct answer *answer = answers, *next; answer; answer = next) {
		next = answer->next;
		if (answer->connection == connection && answer->ready && progress(answer))
			unlink_answer(answer);
	}
}

void query_closed(struct ipc_connection *connection)
{
	for (struct answer *answer = answers, *next; answer; answer = next) {
		next = answer->next;
		if (answer->connection != connection)
			continue;
		answer->connection = NULL;
		/* One whose rows are still to come is freed when they do. */
		if (answer->ready)
			unlink_answer(answer);
	}
}

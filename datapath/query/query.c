/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/query/query.h"

#include "datapath/blacklist/blacklist.h"
#include "datapath/flow/flow_query.h"
#include "datapath/host/path_mtu.h"
#include "lib/messages/neighbour.h"
#include "lib/messages/type.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A query that is being answered. */
struct answer {
	struct answer *next_answer;
	struct ipc_connection *connection; /* NULL: gone */
	struct message_query query;
	char *rows;
	size_t row_size;
	uint32_t count, sent;
	uint64_t next; /* of a page of flows */
	bool ready;    /* its rows are there */
};

static struct answer *answers;

static void unlink_answer(struct answer *answer)
{
	struct answer **at = &answers;

	while (*at != answer)
		at = &(*at)->next_answer;
	*at = answer->next_answer;
	free(answer->rows);
	free(answer);
}

static int send_rows(const struct answer *answer, uint32_t type, uint32_t rows)
{
	_Alignas(8) char body[IPC_BODY_MAX];
	struct message_query_reply reply = {
	    .kind = answer->query.kind, .rows = rows, .cookie = answer->query.cookie, .next = answer->next};
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

/* What the rows are gone with is copied. */
static void *copy(const void *rows, size_t length)
{
	void *own = malloc(length);

	if (own)
		memcpy(own, rows, length);
	return own;
}

/* C28-023: the path MTU of the firewall's own flows, which Linux keeps by their other ends. */
static void add_path_mtus(struct flow_row *rows, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct flow_row *row = &rows[i];
		bool from = row->source_interface == POLICY_INTERFACE_CORE;
		const struct ip_address *end = from ? &row->destination : &row->source;
		uint32_t expires_s;

		if (!from && row->destination_interface != POLICY_INTERFACE_CORE)
			continue;
		/* One after the other they often are of one client. */
		if (i > 0 && rows[i - 1].path_mtu &&
		    !ip_address_compare(from ? &rows[i - 1].destination : &rows[i - 1].source, end))
			row->path_mtu = rows[i - 1].path_mtu;
		else
			row->path_mtu = path_mtu_of(end, &expires_s);
	}
}

static void page_ready(const struct flow_page *page, void *user)
{
	struct answer *answer = user;
	void *rows = page->count ? copy(page->rows, page->count * sizeof(*page->rows)) : NULL;

	answer->next = page->next;
	if (rows)
		add_path_mtus(rows, page->count);
	set_rows(answer, rows, rows ? page->count : 0, sizeof(*page->rows));
}

static void count_ready(const struct flow_count_row *count, void *user)
{
	void *rows = copy(count, sizeof(*count));

	set_rows(user, rows, rows ? 1 : 0, sizeof(*count));
}

static void ask_flows(struct answer *answer, const struct message_flow_query *query)
{
	bool close = answer->query.kind == QUERY_FLOW_CLOSE;
	int error;

	if (answer->query.kind == QUERY_FLOWS)
		error = flow_page(&query->filter, query->cursor, answer->query.limit, page_ready, answer);
	else
		error = flow_count_matching(&query->filter, close, count_ready, answer);
	if (error)
		set_rows(answer, NULL, 0, sizeof(struct flow_row));
}

static void ask_rows(struct answer *answer)
{
	static const struct {
		void *(*rows)(uint32_t *count);
		size_t size;
	} kinds[] = {
	    [QUERY_NEIGHBOURS] = {rows_neighbours, sizeof(struct neighbour_row)},
	    [QUERY_INTERFACES] = {rows_interfaces, sizeof(struct interface_row)},
	    [QUERY_COUNTERS] = {rows_counters, sizeof(struct counter_row)},
	    [QUERY_ROUTES] = {rows_routes, sizeof(struct route_row)},
	    [QUERY_WORKERS] = {rows_workers, sizeof(struct worker_row)},
	    [QUERY_RULES] = {rows_rules, sizeof(struct rule_row)},
	    [QUERY_BLACKLIST] = {rows_blacklist, sizeof(struct blacklist_entry)},
	};
	uint32_t kind = answer->query.kind, count = 0;
	void *rows = NULL;

	if (kind >= sizeof(kinds) / sizeof(*kinds) || !kinds[kind].rows) {
		set_rows(answer, NULL, 0, sizeof(struct counter_row));
		return;
	}
	rows = kinds[kind].rows(&count);
	set_rows(answer, rows, count, kinds[kind].size);
}

void query_start(struct ipc_connection *connection, const void *body, size_t length)
{
	const struct message_query *query = body;
	struct answer *answer;
	bool of_flows;

	if (length < sizeof(*query))
		return;
	of_flows =
	    query->kind == QUERY_FLOWS || query->kind == QUERY_FLOW_COUNT || query->kind == QUERY_FLOW_CLOSE;
	if (of_flows && length < sizeof(struct message_flow_query))
		return;
	answer = calloc(1, sizeof(*answer));
	if (!answer) {
		ipc_close(connection);
		return;
	}
	*answer = (struct answer){.next_answer = answers, .connection = connection, .query = *query};
	answers = answer;
	if (of_flows)
		ask_flows(answer, body);
	else
		ask_rows(answer);
}

void query_writable(struct ipc_connection *connection)
{
	for (struct answer *answer = answers, *next; answer; answer = next) {
		next = answer->next_answer;
		if (answer->connection == connection && answer->ready && progress(answer))
			unlink_answer(answer);
	}
}

void query_closed(struct ipc_connection *connection)
{
	for (struct answer *answer = answers, *next; answer; answer = next) {
		next = answer->next_answer;
		if (answer->connection != connection)
			continue;
		answer->connection = NULL;
		/* One whose rows are still to come is freed when they do. */
		if (answer->ready)
			unlink_answer(answer);
	}
}

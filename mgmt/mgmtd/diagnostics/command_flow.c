/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/query.h"
#include "lib/timer.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/value.h"
#include "mgmt/mgmtd/diagnostics/flow_list.h"
#include "mgmt/mgmtd/diagnostics/flow_options.h"
#include "mgmt/mgmtd/diagnostics/flow_text.h"
#include "mgmt/mgmtd/engine/datapath_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FLOWS_SHOWN 20
#define NUMBER_MAX  10000000
#define CLIENT_QUEUE                                                                                         \
	(256u << 10) /* bytes that a client may be behind with before the next page is asked for */
#define PAUSE_NS 10000000ULL

/* A list on its way: a page is asked for where the one before has gone to the client. */
struct flow_list {
	struct session *session;
	struct message_flow_query query;
	uint64_t left; /* flows to print */
	bool verbose, limited;
	struct timer timer;
};

static int unreachable(struct session *session, int error)
{
	fprintf(session->out, "The datapath cannot be reached: %s.\n", strerror(-error));
	return error;
}

static void end(struct flow_list *list, int error)
{
	struct session *session = list->session;

	flow_list_forget(session);
	session_end(session, error);
}

static void on_rows(void *user, const void *rows, uint32_t count)
{
	struct session *session = user;
	struct flow_list *list = session->flow_list;
	const struct flow_row *row = rows;

	for (uint32_t i = 0; i < count && list->left; i++, list->left--)
		flow_print(&session->engine->running, &row[i], list->verbose, session->out);
}

static int ask(struct flow_list *list);

static void go_on(void *user)
{
	struct flow_list *list = user;
	struct session *session = list->session;
	int error;

	if (session_flush(session, CLIENT_QUEUE) == -EAGAIN) {
		error = timer_start(&list->timer, session->engine->loop, QB_LOOP_LOW, PAUSE_NS, list, go_on);
	} else {
		session_rearm(session);
		error = ask(list);
	}
	if (error)
		end(list, unreachable(session, error));
}

static void on_page(void *user, int error, const char *text, uint64_t next)
{
	struct session *session = user;
	struct flow_list *list = session->flow_list;

	if (error)
		fprintf(session->out, "%s.\n", text);
	list->query.cursor = next;
	if (!error && next && list->left) {
		go_on(list);
		return;
	}
	if (!error && next && list->limited)
		fputs("There may be more: -num=N shows N flows, -num=all all of them.\n", session->out);
	end(list, error);
}

static int ask(struct flow_list *list)
{
	list->query.query.limit = list->left < FLOW_PAGE_MAX ? (uint32_t)list->left : 0;
	return datapath_link_query_flows(list->session->engine->datapath, &list->query, on_rows, on_page,
	                                 list->session);
}

void flow_list_forget(struct session *session)
{
	struct flow_list *list = session->flow_list;

	if (!list)
		return;
	timer_stop(&list->timer);
	session->flow_list = NULL;
	free(list);
}

static int show(struct session *session, const struct flow_filter *filter, uint64_t number, bool verbose)
{
	struct flow_list *list = calloc(1, sizeof(*list));
	int error;

	if (!list)
		return -ENOMEM;
	*list = (struct flow_list){.session = session,
	                           .query = {.query = {.kind = QUERY_FLOWS}, .filter = *filter},
	                           .left = number ? number : UINT64_MAX,
	                           .limited = number != 0,
	                           .verbose = verbose};
	session->flow_list = list;
	error = ask(list);
	if (error) {
		flow_list_forget(session);
		return unreachable(session, error);
	}
	fputs("Proto   Source                        Destination                   Timeout\n"
	      "------- ----------------------------- ----------------------------- -------\n",
	      session->out);
	return SESSION_WAITS;
}

static const char *flows(uint64_t number)
{
	return number == 1 ? "flow" : "flows";
}

static void on_count(void *user, const void *rows, uint32_t number)
{
	const struct flow_count_row *row = rows;
	struct session *session = user;
	unsigned long long own, peer;

	if (number != 1)
		return;
	own = row->closed;
	peer = row->mirrored;
	if (session->verbose)
		fprintf(session->out, "%llu %s.\n", (unsigned long long)row->flows, flows(row->flows));
	else
		fprintf(session->out, "Closed %llu %s.\n", own, flows(own));
	if (peer && !session->verbose)
		fprintf(session->out,
		        "%llu %s of the active node %s not closed: type it there, which closes %s on both "
		        "nodes.\n",
		        peer, flows(peer), peer == 1 ? "was" : "were", peer == 1 ? "it" : "them");
}

static void on_counted(void *user, int error, const char *text, uint64_t next)
{
	struct session *session = user;

	(void)next;
	if (error)
		fprintf(session->out, "%s.\n", text);
	session_end(session, error);
}

static int count(struct session *session, const struct flow_filter *filter, bool close)
{
	struct message_flow_query query = {.query = {.kind = close ? QUERY_FLOW_CLOSE : QUERY_FLOW_COUNT},
	                                   .filter = *filter};
	int error =
	    datapath_link_query_flows(session->engine->datapath, &query, on_count, on_counted, session);

	session->verbose = !close;
	return error ? unreachable(session, error) : SESSION_WAITS;
}

static int complain(struct session *session, const char *what)
{
	fprintf(session->out, "flow: %s.\n", what);
	return -EINVAL;
}

/* -num=N; 0 is all. -EINVAL after a message. */
static int typed_number(struct session *session, const struct line *line)
{
	const struct argument *number = line_option(line, "num");
	unsigned first, last;

	if (!number)
		return FLOWS_SHOWN;
	if (!strcmp(number->text, "all"))
		return 0;
	if (number_range_parse(number->text, NUMBER_MAX, &first, &last) || first != last || !first) {
		fprintf(session->out, "flow: -num cannot be '%s'. Allowed: 1 to %d, or all.\n", number->text,
		        NUMBER_MAX);
		return -EINVAL;
	}
	return (int)first;
}

int command_flow(struct session *session, const struct line *line)
{
	bool close = line_option(line, "close"), counts = line_option(line, "count");
	struct flow_filter filter;
	char reason[FILTER_REASON_MAX];
	int number = typed_number(session, line);

	if (number < 0)
		return number;
	if (line_word_count(line) > 1)
		return complain(session, "no words are taken; 'help flow' tells the options");
	if (close &&
	    (counts || line_option(line, "show") || line_option(line, "num") || line_option(line, "verbose")))
		return complain(session, "-close closes every flow that matches: -show, -count, -num and "
		                         "-verbose have no meaning with it");
	if (counts && (line_option(line, "num") || line_option(line, "verbose")))
		return complain(session, "-count prints a number: -num and -verbose have no meaning with it");
	if (!close && line_option(line, "all"))
		return complain(session, "-all goes with -close; -num=all shows all flows");
	if (flow_options_read(&session->engine->running, line, &filter, reason))
		return complain(session, reason);
	if (close && flow_filter_is_empty(&filter) != (line_option(line, "all") != NULL))
		return complain(session,
		                "-close takes either filters, which say what flows are closed, or -all");
	if (close || counts)
		return count(session, &filter, close);
	return show(session, &filter, (uint64_t)number, line_option(line, "verbose") != NULL);
}

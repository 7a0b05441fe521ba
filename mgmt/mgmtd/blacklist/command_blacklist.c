/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/blacklist/blacklist.h"
#include "mgmt/mgmtd/engine/datapath_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const selecting[] = {"srciface", "srcip", "destip", "proto", "port"};

static void on_added(void *user, int error, const char *text)
{
	struct session *session = user;

	if (error)
		fprintf(session->out, "Not added: %s.\n", text);
	else
		blacklist_print(session, "Added entry to blacklist:", session->blacklist->rows, 1, true);
	blacklist_forget(session);
	session_end(session, error);
}

static void on_removed(void *user, int error, const char *text)
{
	struct session *session = user;

	if (error)
		fprintf(session->out, "Not removed: %s.\n", text);
	else if (strcmp(text, "0") == 0)
		fputs("There is no such entry; 'blacklist -show=blacklist' shows all.\n", session->out);
	else
		fprintf(session->out, "Removed %s %s from blacklist.\n", text,
		        strcmp(text, "1") == 0 ? "entry" : "entries");
	session_end(session, error || strcmp(text, "0") != 0 ? error : -ENOENT);
}

static int change(struct session *session, const struct line *line, bool add)
{
	struct message_blacklist message = {.request = add ? BLACKLIST_ADD : BLACKLIST_REMOVE};
	struct blacklist_words words;
	int error = blacklist_read(session, line, &words);

	if (error)
		return error;
	if (!words.entry.interface || !words.entry.source.version) {
		fprintf(session->out,
		        "blacklist -%s needs -srciface and -srcip: blacklist -%s -srciface=if1 "
		        "-srcip=203.0.113.2\n",
		        add ? "add" : "remove", add ? "add" : "remove");
		return -EINVAL;
	}
	message.entry = words.entry;
	if (add) {
		blacklist_forget(session);
		session->blacklist = calloc(1, sizeof(*session->blacklist));
		if (session->blacklist)
			session->blacklist->rows = calloc(1, sizeof(words.entry));
		if (!session->blacklist || !session->blacklist->rows)
			return -ENOMEM;
		session->blacklist->rows[0] = words.entry;
	}
	error = datapath_link_blacklist(session->engine->datapath, &message, add ? on_added : on_removed,
	                                session);
	if (!error)
		return SESSION_WAITS;
	fprintf(session->out, "The datapath cannot be reached: %s.\n", strerror(-error));
	return error;
}

/* What goes with none of the requests, or not with this one. */
static int refuse_options(struct session *session, const struct line *line, bool list)
{
	for (size_t i = 0; list && i < sizeof(selecting) / sizeof(*selecting); i++)
		if (line_option(line, selecting[i])) {
			fprintf(session->out, "blacklist: -%s goes with -add, -remove and -lookup.\n",
			        selecting[i]);
			return -EINVAL;
		}
	if (line_option(line, "timeout") && !line_option(line, "add")) {
		fputs("blacklist: -timeout goes with -add.\n", session->out);
		return -EINVAL;
	}
	return 0;
}

static int list(struct session *session, const struct line *line, bool lookup)
{
	const struct argument *show = line_option(line, "show");
	const char *which = show && show->has_value ? show->text : "all";
	struct blacklist_list *list = calloc(1, sizeof(*list));
	int error = list ? 0 : -ENOMEM;

	if (error)
		return error;
	list->lookup = lookup;
	list->whitelist = !lookup && strcasecmp(which, "blacklist") != 0;
	list->blacklist = lookup || strcasecmp(which, "whitelist") != 0;
	if (strcasecmp(which, "all") != 0 && list->whitelist && list->blacklist) {
		fprintf(session->out, "-show cannot be '%.64s'. Allowed: all, blacklist, whitelist.\n",
		        which);
		error = -EINVAL;
	}
	if (!error && lookup)
		error = blacklist_read(session, line, &list->filter);
	if (!error)
		return blacklist_show(session, list);
	free(list);
	return error;
}

int command_blacklist(struct session *session, const struct line *line)
{
	bool add = line_option(line, "add"), remove = line_option(line, "remove"),
	     lookup = line_option(line, "lookup"), show = line_option(line, "show");
	int error;

	if (add + remove + lookup + show > 1) {
		fputs("blacklist: -show, -add, -remove and -lookup exclude each other.\n", session->out);
		return -EINVAL;
	}
	error = refuse_options(session, line, !add && !remove && !lookup);
	if (error)
		return error;
	return add || remove ? change(session, line, add) : list(session, line, lookup);
}

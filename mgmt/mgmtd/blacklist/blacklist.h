/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_BLACKLIST_H
#define MGMT_MGMTD_BLACKLIST_H

/* The command `blacklist` (C25-007 to C25-011). One thread. */

#include "lib/messages/blacklist.h"
#include "mgmt/mgmtd/command/command.h"

#include <stdbool.h>
#include <stddef.h>

/* What -srciface, -srcip, -destip, -proto, -port and -timeout say. */
struct blacklist_words {
	struct blacklist_entry
	    entry; /* what was not given is any; interface 0, source version 0: not given */
};

/* Reads them. Returns 0, or -EINVAL or -ENOENT after saying what is wrong. */
int blacklist_read(struct session *session, const struct line *line, struct blacklist_words *out);

/* What is shown at the end of a query. */
struct blacklist_list {
	struct blacklist_words filter; /* of -lookup */
	bool lookup, whitelist, blacklist;
	struct blacklist_entry *rows;
	size_t count;
};

/* Asks the datapath and prints. list is taken. Returns SESSION_WAITS or -errno. */
int blacklist_show(struct session *session, struct blacklist_list *list);
/* Prints entries under a title; without the columns of who made them where short_form. */
void blacklist_print(struct session *session, const char *title, const struct blacklist_entry *rows,
                     size_t count, bool short_form);
/* The session ends, or has shown it. */
void blacklist_forget(struct session *session);

#endif

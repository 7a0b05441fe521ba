/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_COMMAND_H
#define MGMT_MGMTD_COMMAND_H

/* The commands of the command line. Each prints to session->out and returns 0, -errno or SESSION_WAITS. */

#include "mgmt/mgmtd/session.h"

struct command {
	const char *name;
	const char *alias; /* short form or NULL */
	bool writes;       /* needs an administrator */
	int (*run)(struct session *session, const struct line *line);
	const char *summary;
	const char *usage; /* lines */
};

/* Ends with a NULL name. */
extern const struct command commands[];

int command_add(struct session *session, const struct line *line);
int command_set(struct session *session, const struct line *line);
int command_delete(struct session *session, const struct line *line);
int command_show(struct session *session, const struct line *line);
int command_cc(struct session *session, const struct line *line);
int command_activate(struct session *session, const struct line *line);
int command_commit(struct session *session, const struct line *line);
int command_reject(struct session *session, const struct line *line);
int command_undelete(struct session *session, const struct line *line);
int command_help(struct session *session, const struct line *line);
int command_helpconfig(struct session *session, const struct line *line);
int command_exit(struct session *session, const struct line *line);
int command_ha(struct session *session, const struct line *line);
int command_flow(struct session *session, const struct line *line);
int command_arp(struct session *session, const struct line *line);
int command_routes(struct session *session, const struct line *line);
int command_ifstat(struct session *session, const struct line *line);
int command_statistics(struct session *session, const struct line *line);
int command_netobjects(struct session *session, const struct line *line);
int command_script(struct session *session, const struct line *line);
int command_cfglog(struct session *session, const struct line *line);
int command_about(struct session *session, const struct line *line);

/*
 * Refuses an option that is not in the list (NULL-terminated), saying which there are. Returns 0 or -EINVAL.
 * Options may be NULL for none.
 */
int options_check(struct session *session, const struct line *line, const char *const options[]);

#endif

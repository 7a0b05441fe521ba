/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_COMMAND_H
#define MGMT_MGMTD_COMMAND_H

/*
 * The commands of the command line. Each prints to session->out and returns 0, -errno or SESSION_WAITS. What is
 * known of a command (its options, what its words are, who may type it and in which view) stands in commands[]
 * alone: command_dispatch checks it before the command runs, help and Tab tell it.
 */

#include "mgmt/mgmtd/session/session.h"

/* Which commands a session has (C02-048); the default view is always open. */
enum command_view {
	VIEW_DEFAULT = 0,
	VIEW_ADVANCED = 1,
	VIEW_DEBUG = 2,
	VIEW_SERVICE = 4, /* can do harm: root's, at the node itself (C02-049) */
};

/* What Tab completes where the words of a command, or the value of an option, stand. */
enum command_words {
	WORDS_NONE,
	WORDS_OBJECT, /* [CATEGORY] TYPE [NAME], and the properties where the command takes some */
	WORDS_DELETED_OBJECT,
	WORDS_TYPE, /* [CATEGORY] TYPE, wherever objects of it are */
	WORDS_COMMAND,
	WORDS_SCRIPT,
	WORDS_INTERFACE, /* EthernetInterface */
	WORDS_ADDRESS,   /* IPAddress */
	WORDS_VIEW,
};

struct command_option {
	const char *name; /* without its '-' */
	/* What stands behind '=', such as "N"; "[N]" where it may be left out; NULL: nothing does. */
	const char *value;
	const char *summary; /* a line for help */
	bool writes;         /* needs an administrator, where the command does not anyway */
	/* Of its value; where it has none, of the command's words with this option. */
	enum command_words words;
};

/* Of commands[]; what is not in the list is refused. */
#define OPTIONS(...)                                                                                         \
	(const struct command_option[])                                                                      \
	{                                                                                                    \
		__VA_ARGS__,                                                                                 \
		{                                                                                            \
			0                                                                                    \
		}                                                                                            \
	}

struct command {
	const char *name;
	const char *alias; /* short form or NULL */
	bool writes;       /* needs an administrator */
	int (*run)(struct session *session, const struct line *line);
	const char *summary;
	const char *usage;                    /* lines */
	const struct command_option *options; /* OPTIONS(...), NULL for none */
	enum command_words words;
	enum command_view view;
};

/* Ends with a NULL name. */
extern const struct command commands[];

/* By name or short form in any letter case, or NULL. */
const struct command *command_find(const char *name);
/* Whether a session with these views (bits of enum command_view) and that right may type it. */
bool command_is_open(const struct command *command, unsigned views, bool may_write);
/* What cmdview takes: one view, or several (all). Ends with a NULL name. */
struct command_view_group {
	const char *name;
	unsigned views; /* bits of enum command_view */
};
extern const struct command_view_group command_views[];
/* "advanced"; "default" for no bit. */
const char *command_view_name(enum command_view view);
/* Prints the views that are open, separated by commas. */
void command_views_print(unsigned views, FILE *out);
/*
 * Runs a line (with at least one word) after checking that there is the command, that it is in an open view,
 * the right to it, and its options. Returns what the command returns, or -EINVAL, -EPERM, -EACCES after a message.
 */
int command_dispatch(struct session *session, const struct line *line);

int command_add(struct session *session, const struct line *line);
int command_reset_to_default(struct session *session, const struct line *line);
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
int command_arpsnoop(struct session *session, const struct line *line);
int command_blacklist(struct session *session, const struct line *line);
int command_dhcpclient(struct session *session, const struct line *line);
int command_ndp(struct session *session, const struct line *line);
int command_ndpsnoop(struct session *session, const struct line *line);
int command_routes(struct session *session, const struct line *line);
int command_ifstat(struct session *session, const struct line *line);
int command_memory(struct session *session, const struct line *line);
int command_techsupport(struct session *session, const struct line *line);
int command_time(struct session *session, const struct line *line);
int command_top(struct session *session, const struct line *line);
int command_statistics(struct session *session, const struct line *line);
int command_netobjects(struct session *session, const struct line *line);
int command_script(struct session *session, const struct line *line);
int command_sshserver(struct session *session, const struct line *line);
int command_cfglog(struct session *session, const struct line *line);
int command_radiussnoop(struct session *session, const struct line *line);
int command_sessions(struct session *session, const struct line *line);
int command_license(struct session *session, const struct line *line);
int command_upgrade(struct session *session, const struct line *line);
int command_about(struct session *session, const struct line *line);
int command_ecs(struct session *session, const struct line *line);
int command_profile(struct session *session, const struct line *line);
int command_backup(struct session *session, const struct line *line);
int command_crashdump(struct session *session, const struct line *line);
int command_files(struct session *session, const struct line *line);
int command_pcapdump(struct session *session, const struct line *line);
int command_ping(struct session *session, const struct line *line);
int command_rulesnoop(struct session *session, const struct line *line);
int command_trace(struct session *session, const struct line *line);
int command_cmdview(struct session *session, const struct line *line);
int command_ruledb(struct session *session, const struct line *line);
int command_policy(struct session *session, const struct line *line);
int command_confdump(struct session *session, const struct line *line);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SESSION_H
#define MGMT_MGMTD_SESSION_H

/*
 * Sessions of the command line: one per connection, one command at a time. What a command prints is collected
 * and sent when it ends; a command that waits for another daemon ends later. Runs on the loop's thread.
 */

#include "lib/ipc.h"
#include "lib/messages/commit.h"
#include "lib/messages/radius.h"
#include "lib/timer.h"
#include "mgmt/mgmtd/engine/engine.h"
#include "mgmt/mgmtd/session/line.h"

#include <stdio.h>

#define SESSION_CONSOLE "console" /* the user of who typed no name: root on the node itself */
#define SESSION_WAITS   1         /* returned by a command that ends with session_end */

struct capture_show;
struct flow_list;
struct file_upload;
struct held_line;
struct neighbour_list;
struct ping;
struct script_run;
struct session;
struct snoop;

/* What was answered to session_ask. A command like any other: prints to session->out, returns 0, -errno or SESSION_WAITS. */
typedef int (*session_answer)(struct session *session, const char *answer);

#define ARP_SNOOP_MAX 16
/* What `arpsnoop` shows. */
struct arp_snoop {
	uint16_t interface[ARP_SNOOP_MAX]; /* POLICY_INTERFACE_NONE behind the last; ANY alone: all */
	bool verbose;
};

struct session {
	struct session *next;
	struct engine *engine;
	struct ipc_connection *connection;
	struct timer timer; /* of a waiting command */
	char user[64];
	struct login_attempt *attempt; /* a connection of the login socket; NULL: of the console's */
	bool open;
	bool prompted;         /* a command line is at the other end, not a login or a file transfer */
	bool may_write;        /* Administrators; others look only */
	unsigned views;        /* open besides the default one: bits of enum command_view */
	bool leaving;          /* `exit` */
	uint32_t radius_snoop; /* enum radius_snoop */
	uint16_t ndp_snoop;    /* interface, POLICY_INTERFACE_ANY, or NONE: not shown */
	struct arp_snoop arp_snoop;
	uint16_t dhcp_snoop
	    [ARP_SNOOP_MAX]; /* interfaces whose DHCP client is shown; POLICY_INTERFACE_NONE: not in use */
	bool waiting;        /* a command has not ended yet */
	bool secret;         /* its line is none for a history */
	const struct object_type *context_type; /* of cc, NULL at the root */
	char context_path[OBJECT_PATH];         /* its object's */
	char notice[512];                       /* what could not be shown at once: with the next command */
	FILE *out;
	char *text; /* of out */
	size_t length, sent;
	int error;                  /* of the command whose output is on its way */
	struct script_run *script;  /* that runs, or NULL */
	struct file_upload *upload; /* files.h, or NULL */
	struct line *line;          /* that is being run; NULL where its command keeps it */
	struct held_line *held;     /* edit.h, or NULL */
	/* For commands that wait. */
	bool verbose;
	bool links; /* `ha -status` */
	unsigned rows;
	struct statistics_poll *poll;      /* or NULL */
	struct capture_show *show;         /* or NULL */
	struct flow_list *flow_list;       /* or NULL */
	struct ping *ping;                 /* or NULL */
	struct snoop *snoop[2];            /* by enum snoop_kind, or NULL */
	struct neighbour_list *neighbours; /* of `arp` and `ndp`, or NULL */
	struct blacklist_list *blacklist;  /* of `blacklist`, or NULL */
	struct rule_usage *rule_usage;     /* of `ruledb -usage`, or NULL */
	int capture_error;                 /* of the captures that were waited for */
	session_answer answer;             /* what the next line goes to, or NULL */
	bool answer_hidden;                /* it is a password */
	char question[96];
	char argument[128];
};

/* Serves the command line at PATH_MGMTD_SOCKET. Returns 0 or -errno. */
int sessions_listen(struct engine *engine, struct ipc_server **out);
/* For the login socket (login.h), whose connections become sessions: a session of nobody, and its handlers (user: the session). */
struct session *session_create(struct engine *engine, struct ipc_connection *connection);
void session_message(struct ipc_connection *connection, const struct ipc_message *message, void *user);
void session_writable(struct ipc_connection *connection, void *user);
void session_closed(struct ipc_connection *connection, void *user);
/* Tells a session (one line or several, without a newline at the end) at once, or where that cannot be, with its next command. */
void session_notify(struct session *session, const char *text);
/* The same for every session. */
void sessions_notify(struct engine *engine, const char *text);

/*
 * Shows text (whole lines, at most 60000 bytes) in the session at once, between commands above its prompt: for what goes
 * on after a command has ended. Returns 0; -ENOTCONN; -EAGAIN where the client does not read fast enough: it misses this text.
 */
int session_push(struct session *session, const char *text);

/*
 * Sends what the command that runs has printed so far, and forgets it: for output that is long, or comes slowly. Returns 0;
 * -EAGAIN where more than queue_max bytes wait for the client (nothing was sent: try again later).
 */
int session_flush(struct session *session, size_t queue_max);

/*
 * Ends a session that somebody else wants ended: the reason (without a newline) is shown, nothing more is taken, and the
 * client leaves. A command that runs goes on to its end.
 */
void session_dismiss(struct session *session, const char *reason);

/* The object that holds those of the context, NULL at the root (where it also goes when the object is gone).
 */
struct lyd_node *session_context(struct session *session);
/* Ends a command that waits; in a script, the next line follows. */
void session_end(struct session *session, int error);
/* Gives a command that waits its whole time again. */
void session_rearm(struct session *session);
/* Runs one line; exposed for tests. Returns 0, -errno or SESSION_WAITS. */
int session_run(struct session *session, const char *text);

/*
 * Ends the command with a question in place of the prompt; the next line goes to answer, whatever it is. What the
 * command returns: 0, or -EINVAL in a script, which nobody answers (option -force is the way, as it is said).
 */
int session_ask(struct session *session, const char *question, session_answer answer);
/* The same with an answer that nobody else is to see while it is typed. In a script: -EINVAL, nobody can give it. */
int session_ask_hidden(struct session *session, const char *question, session_answer answer);
/* "yes" in any letter case. Everything else is a no. */
bool answer_is_yes(const char *answer);

/* Who it is, for logs: "console", "admin from 192.0.2.1". */
void session_author(const struct session *session, char text[COMMIT_AUTHOR_MAX]);

/* "System:/IPRuleSet/main> " */
void session_prompt(struct session *session, char *prompt, size_t size);

#endif

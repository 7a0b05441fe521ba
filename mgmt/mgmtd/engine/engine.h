/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_ENGINE_H
#define MGMT_MGMTD_ENGINE_H

/*
 * mgmtd as a whole: the three configurations and how one becomes the next.
 *
 *   candidate  what administrators edit, one for all of them (C02-046)
 *   running    what is in force: the last one activated
 *   committed  what is on disk, and what running returns to where nobody commits
 *
 * Everything runs on the thread of the loop.
 */

#include "lib/messages/commit.h"
#include "lib/timer.h"
#include "mgmt/mgmtd/configuration/configuration.h"
#include "mgmt/mgmtd/configuration/rename.h"
#include "mgmt/mgmtd/engine/cfglog.h"
#include "mgmt/mgmtd/files/file_store.h"

#include <qb/qbloop.h>
#include <stdbool.h>
#include <stdint.h>

#define ACTIVATION_TIMEOUT_MS 10000

struct session;
struct datapath_link;
struct learned;
struct cluster_link;
struct https;
struct cgi;
struct sshd;
struct logins;
struct password_worker;
struct radius;
struct log_receivers;
struct upgrade;
struct storage;
struct usage;
struct clock;
struct captures;
struct diagnostics;

/* Called once with the outcome: 0, or -errno with the reason; text may hold a note on success too. */
typedef void (*activation_done)(void *user, int error, const char *text);

struct activation {
	bool busy;
	struct configuration next;
	activation_done done;
	void *user;
	struct timer timer;
};

typedef void (*commit_done)(void *user, int error, const char *reason);

/* A commit that waits for its place in the cluster's order. */
struct commit_claim {
	bool busy;
	uint64_t base; /* the generation that it follows */
	char author[COMMIT_AUTHOR_MAX];
	commit_done done; /* NULL: whoever waited is gone, and it goes on */
	void *user;
	struct configuration at_start; /* engine_commit_at_start: what is committed in place of running */
};

/* What the peer sent while an activation was under way. */
struct waiting_configuration {
	char *json; /* NULL: none */
	size_t length;
	struct message_configuration head;
	bool scheduled;
};

struct engine {
	qb_loop_t *loop;
	struct schema *schema;
	const char *state_directory;
	const char *script_directory; /* NULL: PATH_SCRIPTS */
	struct file_store files;
	struct configuration committed, running, candidate;
	struct renames renames; /* of the candidate since the last commit */
	uint64_t generation;    /* of committed; 0: never committed */
	uint64_t policy_generation;
	bool uncommitted; /* running is activated and waits for its commit */
	struct timer commit_timer;
	uint64_t accept_until_ns; /* `ha -receiveconf`: until then the peer's configuration is taken whatever
	                             it is */
	bool accept_restarts;     /* `ha -receiveconf -reboot`: and then with a start of this node */
	struct activation activation;
	struct commit_claim claim;
	struct waiting_configuration waiting;
	bool receiving; /* the activation under way is of the peer's configuration */
	struct cfglog cfglog;
	struct session *sessions;
	struct datapath_link *datapath;
	struct learned *learned; /* engine_learned.h; NULL: in tests */
	struct cluster_link *cluster;
	struct https *https;
	struct cgi *cgi;
	struct sshd *sshd;
	struct logins *logins;
	struct password_worker *hashes; /* of passwords that are typed; NULL: they are hashed at once */
	struct radius *radius;
	struct log_receivers *log; /* NULL: in tests */
	struct upgrade *upgrade;
	struct storage *storage;
	uint64_t started_s; /* CLOCK_BOOTTIME */
	bool lost;          /* a saved configuration could not be used */
	struct usage *usage;
	struct clock *clock;
	struct captures *captures;       /* NULL: in tests */
	struct diagnostics *diagnostics; /* likewise */
};

/*
 * Loads the committed configuration (or the predefined objects where there has never been one) and makes it
 * all three. Returns 0, or -errno with the reason. A damaged file is no error: the last good one is taken,
 * which cfglog says.
 */
int engine_load(struct engine *engine, char reason[256]);
/* The predefined objects but the user admin and the devices, into *configuration, which was empty. As
 * engine_load. */
int engine_predefined(struct configuration *configuration, char reason[256]);
/* As long as nothing was ever committed, devices that have come since the start become EthernetDevice objects
 * too. */
void engine_find_devices(struct engine *engine);
void engine_free(struct engine *engine);

/* Puts running into force again: to the datapath, clusterd, HTTPS and SSH. The datapath's answer is only logged.
 */
void engine_apply_running(struct engine *engine);
/* Sends running to the datapath, which has just connected. */
void engine_datapath_connected(struct engine *engine);

/*
 * Puts next into force (a copy is taken), and awaits its commit where there is something to commit. done (or NULL) is called, perhaps before this returns, unless an error is
 * returned: -EBUSY where another activation is under way, or what building the policy gives, with the reason.
 */
int engine_activate(struct engine *engine, const struct configuration *next, activation_done done, void *user,
                    char reason[256]);
/* Whoever waits for an activation is gone: it goes on without him. */
void engine_forget(struct engine *engine, const void *user);

/*
 * Running becomes committed, on disk and at the peer, as soon as the cluster's order has it: done is called
 * once, perhaps before this returns, with 0, -ESTALE where the peer committed first, or -errno. author is for
 * the log of both nodes. Returns 0, or -EBUSY where another commit is under way.
 */
int engine_commit(struct engine *engine, const char *author, commit_done done, void *user);
/*
 * As engine_commit, with a configuration (which is copied) that comes into force with the next start of this node, which follows at once: for
 * what the running datapath cannot take. What was running is kept (backup_restore_at_start).
 */
int engine_commit_at_start(struct engine *engine, const struct configuration *configuration,
                           const char *author, commit_done done, void *user);
/* Tells cfglog what running changes in committed. how: "committed", "taken over". */
void engine_log_commit(struct engine *engine, uint64_t generation, const char *how, const char *author);
/* Running need not be committed any more. */
void engine_stop_commit_timer(struct engine *engine);
/* Candidate and running return to committed. */
void engine_rollback(struct engine *engine, const char *why);
/* Starts the time within which running must be committed. */
void engine_await_commit(struct engine *engine);
/* That time, as running has it (C11-010). */
unsigned engine_commit_seconds(const struct engine *engine);

/*
 * Reads the keys of secrets again and seals with the present one what another sealed, in all three
 * configurations. Returns how many of committed changed, or -errno.
 */
int engine_reseal(struct engine *engine);
/*
 * The peer's configuration (json is copied where it must wait). Edits that are not committed here stay in the
 * candidate, as far as the peer did not change the same.
 */
void engine_receive(struct engine *engine, const char *json, size_t length,
                    const struct message_configuration *head);
/* An activation has ended: what the peer sent meanwhile comes in with the loop's next turn. */
void engine_receive_waiting(struct engine *engine);
/* Sends the committed configuration to the peer. Returns 0 or -errno. */
int engine_publish(struct engine *engine, uint32_t flags);

#endif

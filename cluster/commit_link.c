/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/daemon.h"
#include "lib/messages/commit.h"
#include "lib/messages/type.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void answer(struct daemon *daemon, int error, const char *text)
{
	struct message_result result = {.error = error, .generation = daemon->claims.generation};

	snprintf(result.text, sizeof(result.text), "%s", text);
	if (daemon->mgmtd)
		ipc_send(daemon->mgmtd, MESSAGE_COMMIT_RESULT, &result, sizeof(result), -1);
}

void commit_claim(struct daemon *daemon, const struct message_commit_claim *claim)
{
	struct group_claim body = {.base = claim->base};
	int error;

	if (!daemon->peer_member) {
		answer(daemon, 0, "");
		return;
	}
	if (daemon->claims.waiting) {
		answer(daemon, -EAGAIN, "another commit is under way");
		return;
	}
	memcpy(body.author, claim->author, sizeof(body.author));
	body.author[sizeof(body.author) - 1] = 0;
	body.number = claims_start(&daemon->claims);
	error = peer_link_send(daemon, GROUP_COMMIT_CLAIM, &body, sizeof(body), NULL, 0);
	if (!error)
		return;
	daemon->claims.waiting = false;
	/* No member of the group: it is on its own. */
	if (error == -ENOTCONN)
		answer(daemon, 0, "");
	else
		answer(daemon, -EAGAIN, "the cluster is busy; commit again in a moment");
}

void commit_end(struct daemon *daemon, uint64_t generation)
{
	struct group_claim_end body = {.generation = generation};

	if (daemon->claims.holder != CLAIM_OWN)
		return;
	/* Where the queue is full the peer frees itself after CLAIM_HELD_MS. */
	peer_link_send(daemon, GROUP_COMMIT_END, &body, sizeof(body), NULL, 0);
}

static void refuse(struct daemon *daemon)
{
	char text[MESSAGE_TEXT];

	if (daemon->claims.author[0])
		snprintf(text, sizeof(text), "the commit of %s at the cluster peer came first",
		         daemon->claims.author);
	else
		snprintf(text, sizeof(text), "the cluster peer has a newer configuration");
	answer(daemon, -ESTALE, text);
}

void commit_message(struct daemon *daemon, const struct group_message *message)
{
	bool own = message->instance == daemon->role.instance;
	int error;

	if (message->type == GROUP_COMMIT_END) {
		claims_end(&daemon->claims, own, message->claim_end.generation);
		return;
	}
	error = claims_deliver(&daemon->claims, own, message->claim.number, message->claim.base,
	                       message->claim.author, clock_now_ms());
	if (!own)
		return;
	if (error == -ECANCELED || (!error && !daemon->mgmtd))
		commit_end(daemon, daemon->claims.generation);
	else if (error)
		refuse(daemon);
	else
		answer(daemon, 0, "");
}

void commit_membership(struct daemon *daemon)
{
	if (claims_reset(&daemon->claims))
		answer(daemon, 0, "");
}

void commit_abandon(struct daemon *daemon)
{
	daemon->claims.waiting = false;
	commit_end(daemon, daemon->claims.generation);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_COMMIT_CLAIMS_H
#define CLUSTER_COMMIT_CLAIMS_H

/*
 * Who may commit. Both nodes see all claims, their own too, in the one order of CPG and judge each by the same
 * rule: the first on a generation holds it until it ends, and one on a generation that was already followed is
 * refused. So both agree without asking each other. Pure; one thread.
 */

#include "lib/messages/commit.h"

#include <stdbool.h>
#include <stdint.h>

#define CLAIM_HELD_MS 15000 /* by a mgmtd that neither commits nor goes away; then it is free */

enum claim_holder { CLAIM_FREE, CLAIM_OWN, CLAIM_PEER };

struct claims {
	enum claim_holder holder;
	uint64_t since_ms;
	uint64_t generation; /* the highest that anybody committed since the peer joined, 0: none */
	uint64_t number;     /* of this node's last claim */
	bool waiting;        /* it is on its way */
	uint64_t author_base;
	char author[COMMIT_AUTHOR_MAX]; /* of the peer's last claim that held, on author_base */
};

/* A claim of this node goes out. Returns its number. */
uint64_t claims_start(struct claims *claims);
/*
 * Own claims: 0 where it holds, -ESTALE where the peer was first, -ECANCELED where nobody waits for it any
 * more: it holds, and is to be ended. The peer's: 0.
 */
int claims_deliver(struct claims *claims, bool own, uint64_t number, uint64_t base, const char *author,
                   uint64_t now_ms);
/* The holder has committed that generation, or gave up. */
void claims_end(struct claims *claims, bool own, uint64_t generation);
/* A whole configuration went by; force: whatever came before counts no more. */
void claims_configuration(struct claims *claims, uint64_t generation, bool force);
/* The peer came or went: nothing is held. True where this node's claim was on its way: it is alone and may commit. */
bool claims_reset(struct claims *claims);

#endif

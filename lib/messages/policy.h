/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_POLICY_H
#define LIB_MESSAGES_POLICY_H

/* A policy for the datapath: mgmtd -> hadrian-datapath. The blob (lib/policy.h) comes in a descriptor. */

#include <stdint.h>

struct message_policy_apply {
	uint64_t generation;
};

#endif

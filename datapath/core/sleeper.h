/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_CORE_SLEEPER_H
#define DATAPATH_CORE_SLEEPER_H

/*
 * A thread that sleeps in an event counter (eventfd) until there is something in one of its rings. Who fills a ring makes a
 * system call only where it sleeps. The flag is the sleeper's; all false at first.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

/* There is something in a ring, from before this call. Any thread. */
static inline void sleeper_wake(atomic_bool *asleep, int event)
{
	uint64_t one = 1;

	/* Pairs with the fence in sleeper_settle: either this sees the flag or that one's owner sees the ring's new element. */
	atomic_thread_fence(memory_order_seq_cst);
	if (!atomic_load_explicit(asleep, memory_order_relaxed))
		return;
	if (atomic_exchange(asleep, false))
		(void)!write(event, &one, sizeof(one));
}

/* The sleeper is about to sleep, and is woken from now on: its rings must be looked at once more, before it does. */
static inline void sleeper_settle(atomic_bool *asleep)
{
	atomic_store_explicit(asleep, true, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"

#include <rte_cycles.h>
#include <rte_lcore.h>
#include <stdlib.h>

/*
 * What two cores of this machine can do at best: programs that have nothing in common run on one core, and then on two
 * at once. One stays in registers: it is slower beside another where both cores are threads of one, or where other
 * processes have their share of them. The other one reads and writes memory as bench_memory.c does, of its own: it shares
 * the last cache and the way to memory besides.
 */
#define RUNS  401
#define LOOPS 20000

static struct {
	double (*program)(uint32_t flows);
	uint32_t flows;
	unsigned count;
	double cycles[BENCH_WORKERS];
	_Atomic unsigned ready, measured;
} machine;

/* Independent chains, as many as keep all of a core's units busy. */
static double registers(uint32_t flows)
{
	uint64_t a = flows, b = a + 1, c = a + 2, d = a + 3;
	double cycles[RUNS];

	for (unsigned run = 0; run < RUNS; run++) {
		uint64_t begin = rte_rdtsc_precise();

		for (unsigned i = 0; i < LOOPS; i++) {
			a ^= a << 13, b ^= b << 13, c ^= c << 13, d ^= d << 13;
			a ^= a >> 7, b ^= b >> 7, c ^= c >> 7, d ^= d >> 7;
			/* Neither foreseen nor done for several in one instruction. */
			__asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
		}
		cycles[run] = (double)(rte_rdtsc_precise() - begin) / LOOPS;
	}
	qsort(cycles, RUNS, sizeof(cycles[0]), bench_compare);
	return cycles[RUNS / 2];
}

static int run(void *argument)
{
	unsigned index = (unsigned)(uintptr_t)argument;

	atomic_fetch_add(&machine.ready, 1);
	while (atomic_load(&machine.ready) < machine.count)
		rte_pause();
	machine.cycles[index] = machine.program(machine.flows);
	atomic_fetch_add(&machine.measured, 1);
	/* The other one is not done. */
	while (atomic_load(&machine.measured) < machine.count)
		(void)machine.program(machine.flows);
	return 0;
}

static double measure(unsigned count)
{
	unsigned lcore = rte_lcore_id();
	double sum = 0;

	machine.count = count;
	machine.ready = machine.measured = 0;
	for (unsigned i = 1; i < count; i++) {
		lcore = rte_get_next_lcore(lcore, true, true);
		rte_eal_remote_launch(run, (void *)(uintptr_t)i, lcore);
	}
	run((void *)0);
	rte_eal_mp_wait_lcore();
	for (unsigned i = 0; i < count; i++)
		sum += machine.cycles[i];
	return sum / count;
}

int bench_machine(const struct measurement *measurement)
{
	static const struct {
		double (*program)(uint32_t flows);
		const char *name;
	} programs[] = {{registers, "machine.registers.per_cent"},
	                {bench_memory_cycles, "machine.memory.per_cent"}};

	if (rte_lcore_count() < BENCH_WORKERS)
		return EXIT_SUCCESS;
	machine.flows = measurement->size;
	for (unsigned i = 0; i < RTE_DIM(programs); i++) {
		double one, two;

		machine.program = programs[i].program;
		one = measure(1);
		two = measure(BENCH_WORKERS);
		if (one == 0 || two == 0)
			return bench_failed("no memory: reserve huge pages or use --no-huge -m");
		bench_print(programs[i].name, BENCH_WORKERS, 100 * BENCH_WORKERS * one / two,
		            "% of one core");
	}
	return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/worker/job.h"

#include <errno.h>

static struct worker_job *running; /* control thread */

static void add(struct worker_job *job, unsigned pending, void (*done)(struct worker_job *job))
{
	job->done = done;
	atomic_store(&job->pending, pending);
	job->next = running;
	running = job;
}

int worker_job_start(struct worker_job *job, worker_function function, void (*done)(struct worker_job *job))
{
	int error = 0;

	add(job, datapath.worker_count, done);
	for (unsigned i = 0; i < datapath.worker_count; i++) {
		if (worker_post(datapath.workers[i], function, job)) {
			worker_job_finish(job);
			error = -EAGAIN;
		}
	}
	return error;
}

int worker_job_start_on(struct worker_job *job, unsigned worker, worker_function function,
                        void (*done)(struct worker_job *job))
{
	int error;

	add(job, 1, done);
	error = worker_post(datapath.workers[worker], function, job);
	if (error)
		worker_job_finish(job);
	return error;
}

void worker_job_finish(struct worker_job *job)
{
	if (atomic_fetch_sub_explicit(&job->pending, 1, memory_order_acq_rel) == 1)
		control_wake();
}

void worker_completions(void)
{
	struct worker_job **link = &running, *finished = NULL;

	while (*link) {
		struct worker_job *job = *link;

		if (atomic_load_explicit(&job->pending, memory_order_acquire)) {
			link = &job->next;
			continue;
		}
		*link = job->next;
		job->next = finished;
		finished = job;
	}
	/* Apart, as a job's end may start another one. */
	while (finished) {
		struct worker_job *job = finished;

		finished = job->next;
		job->done(job);
	}
}

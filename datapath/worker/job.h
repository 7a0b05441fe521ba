/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_WORKER_JOB_H
#define DATAPATH_WORKER_JOB_H

#include "datapath/core/datapath.h"

/*
 * Work that the control thread has workers do, with an end on the control thread (worker_completions). Embed
 * it in a structure of your own.
 */
struct worker_job {
	_Atomic unsigned pending; /* workers that are not done */
	/* Control thread, once all are done; the job is no longer used and may be freed. */
	void (*done)(struct worker_job *job);
	struct worker_job *next;
};

/*
 * Posts function(worker, job) to every worker. Control thread. Returns 0, or -EAGAIN where a worker takes no
 * more commands: then it counts as done, and the caller has to live with its part missing.
 */
int worker_job_start(struct worker_job *job, worker_function function, void (*done)(struct worker_job *job));
/* The same for one worker. */
int worker_job_start_on(struct worker_job *job, unsigned worker, worker_function function,
                        void (*done)(struct worker_job *job));
/* A worker's part is done. Worker thread. */
void worker_job_finish(struct worker_job *job);

#endif

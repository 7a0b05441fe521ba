/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench_mirror.h"

#include "lib/ipc.h"
#include "lib/messages/type.h"
#include "lib/paths.h"
#include "lib/record.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct bench_client *client;

static void on_connected(struct ipc_connection *connection, void *user)
{
	(void)user;
	/* From here on it is the one that gets records; when, is the bench's choice. */
	(void)ipc_send(connection, MESSAGE_MIRROR_STOP, NULL, 0, -1);
}

static void on_message(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	const struct record_batch *batch = message->body;
	struct record_header header;
	struct timespec used;
	const void *payload;
	size_t offset = 0;

	(void)connection, (void)user;
	if (message->fd >= 0)
		close(message->fd);
	if (message->type != MESSAGE_MIRROR_BATCH)
		return;
	while (record_next(batch->bytes, batch->length, &offset, &header, &payload) == 1)
		client->upserts += header.class_id == RECORD_FLOW && header.operation == RECORD_UPSERT;
	client->messages++;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	client->cpu_ns = (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

static void run(void)
{
	static const struct ipc_handlers handlers = {.connected = on_connected, .message = on_message};
	qb_loop_t *loop = qb_loop_create();
	struct ipc_connection *connection;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (loop && ipc_connect(loop, PATH_DATAPATH_SOCKET, &handlers, NULL, &connection) == 0)
		qb_loop_run(loop);
	_exit(EXIT_FAILURE);
}

const struct bench_client *bench_client_start(void)
{
	client = mmap(NULL, sizeof(*client), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (client == MAP_FAILED || unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) || mount("tmpfs", "/run", "tmpfs", 0, NULL) ||
	    mkdir(PATH_RUN_DIRECTORY, 0755))
		return NULL;
	switch (fork()) {
	case -1:
		return NULL;
	case 0:
		run();
	}
	return client;
}

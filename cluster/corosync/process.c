/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/corosync/process.h"

#include "cluster/corosync/configuration.h"
#include "cluster/corosync/leftovers.h"
#include "lib/paths.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <qb/qblog.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define RETRY_FIRST_MS 100
#define RETRY_LAST_MS  2000
#define LEAVE_MS       500 /* for a clean end, then SIGKILL */

struct corosync {
	qb_loop_t *loop;
	struct message_cluster_configuration configuration;
	bool wanted, stopping, timing;
	pid_t pid; /* 0: none */
	int pidfd;
	unsigned retry_ms;
	int reported; /* the last reason not to start, so that it is logged once */
	qb_loop_timer_handle timer;
};

static void attempt(void *data);

static void schedule(struct corosync *corosync, unsigned milliseconds, void (*function)(void *))
{
	if (corosync->timing)
		qb_loop_timer_del(corosync->loop, corosync->timer);
	corosync->timing = qb_loop_timer_add(corosync->loop, QB_LOOP_LOW, milliseconds * 1000000ULL, corosync,
	                                     function, &corosync->timer) == 0;
}

static void retry(struct corosync *corosync)
{
	schedule(corosync, corosync->retry_ms, attempt);
	corosync->retry_ms = corosync->retry_ms * 2 > RETRY_LAST_MS ? RETRY_LAST_MS : corosync->retry_ms * 2;
}

/* The datapath sets the addresses of Sync interfaces; Corosync ends at once where its own are not there. */
static bool address_present(const struct ip_address *address)
{
	struct sockaddr_in ip4 = {.sin_family = AF_INET};
	struct sockaddr_in6 ip6 = {.sin6_family = AF_INET6};
	bool is4 = address->version == 4;
	int fd = socket(is4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result;

	if (fd < 0)
		return false;
	memcpy(&ip4.sin_addr, address->bytes, 4);
	memcpy(&ip6.sin6_addr, address->bytes, 16);
	result = is4 ? bind(fd, (struct sockaddr *)&ip4, sizeof(ip4))
	             : bind(fd, (struct sockaddr *)&ip6, sizeof(ip6));
	close(fd);
	return result == 0;
}

static bool addresses_present(const struct message_cluster_configuration *configuration)
{
	for (uint32_t link = 0; link < configuration->link_count && link < CLUSTER_LINKS_MAX; link++)
		if (!address_present(&configuration->links[link].address[configuration->role]))
			return false;
	return true;
}

static void report_once(struct corosync *corosync, int error, const char *what)
{
	if (corosync->reported == error)
		return;
	corosync->reported = error;
	qb_log(LOG_ERR, "corosync is not started: %s (%s)%s", what, strerror(-error),
	       error == -ENOENT ? "; copy " PATH_CLUSTER_KEY
	                          " from the other node, or make one with hadrian-keygen"
	                        : "");
}

static void run_child(pid_t parent)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setenv("COROSYNC_MAIN_CONFIG_FILE", COROSYNC_DIRECTORY "/corosync.conf", 1);
	execlp("corosync", "corosync", "-f", "-c", COROSYNC_DIRECTORY "/corosync.conf", (char *)NULL);
	_exit(127);
}

static int32_t on_end(int32_t fd, int32_t events, void *data)
{
	struct corosync *corosync = data;
	int status = 0;

	(void)events;
	if (waitpid(corosync->pid, &status, WNOHANG) == 0)
		return 0;
	qb_loop_poll_del(corosync->loop, fd);
	close(fd);
	leftovers_remove(corosync->pid);
	if (!corosync->stopping)
		qb_log(LOG_WARNING, "corosync ended (%s %d), starts again",
		       WIFSIGNALED(status) ? "signal" : "status",
		       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	corosync->pid = 0;
	corosync->stopping = false;
	if (corosync->wanted)
		retry(corosync);
	return 0;
}

static void settle(void *data)
{
	struct corosync *corosync = data;

	corosync->timing = false;
	corosync->retry_ms = RETRY_FIRST_MS;
}

static void attempt(void *data)
{
	struct corosync *corosync = data;
	const char *what = "";
	pid_t parent = getpid();
	int error;

	corosync->timing = false;
	if (!corosync->wanted || corosync->pid)
		return;
	if (!addresses_present(&corosync->configuration)) {
		schedule(corosync, RETRY_FIRST_MS, attempt);
		return;
	}
	error = corosync_write_files(&corosync->configuration, COROSYNC_DIRECTORY, PATH_CLUSTER_KEY, &what);
	if (error) {
		report_once(corosync, error, what);
		retry(corosync);
		return;
	}
	leftovers_remove_recorded(COROSYNC_DIRECTORY "/pid");
	corosync->pid = fork();
	if (corosync->pid == 0)
		run_child(parent);
	if (corosync->pid < 0) {
		corosync->pid = 0;
		retry(corosync);
		return;
	}
	leftovers_record(COROSYNC_DIRECTORY "/pid", corosync->pid);
	corosync->reported = 0;
	corosync->pidfd = pidfd_open(corosync->pid, 0);
	qb_loop_poll_add(corosync->loop, QB_LOOP_LOW, corosync->pidfd, POLLIN, corosync, on_end);
	qb_log(LOG_INFO, "corosync started");
	schedule(corosync, 10 * RETRY_LAST_MS, settle);
}

int corosync_create(qb_loop_t *loop, struct corosync **out)
{
	struct corosync *corosync = calloc(1, sizeof(*corosync));

	if (!corosync)
		return -ENOMEM;
	corosync->loop = loop;
	corosync->retry_ms = RETRY_FIRST_MS;
	*out = corosync;
	return 0;
}

static void kill_late(void *data)
{
	struct corosync *corosync = data;

	corosync->timing = false;
	if (corosync->pid && corosync->stopping)
		kill(corosync->pid, SIGKILL);
}

static void end_child(struct corosync *corosync)
{
	if (!corosync->pid)
		return;
	corosync->stopping = true;
	kill(corosync->pid, SIGTERM);
	schedule(corosync, LEAVE_MS, kill_late);
}

void corosync_configure(struct corosync *corosync, const struct message_cluster_configuration *configuration)
{
	bool same =
	    corosync->wanted && corosync->configuration.role == configuration->role &&
	    corosync->configuration.cluster_id == configuration->cluster_id &&
	    corosync->configuration.link_count == configuration->link_count &&
	    memcmp(corosync->configuration.links, configuration->links, sizeof(configuration->links)) == 0;

	corosync->configuration = *configuration;
	if (same)
		return;
	corosync->wanted = true;
	corosync->retry_ms = RETRY_FIRST_MS;
	if (corosync->pid)
		end_child(corosync); /* on_end starts it again */
	else
		schedule(corosync, 0, attempt);
}

void corosync_stop(struct corosync *corosync)
{
	corosync->wanted = false;
	end_child(corosync);
}

void corosync_destroy(struct corosync *corosync)
{
	if (!corosync)
		return;
	if (corosync->timing)
		qb_loop_timer_del(corosync->loop, corosync->timer);
	if (corosync->pid) {
		struct pollfd fd = {.fd = corosync->pidfd, .events = POLLIN};

		qb_loop_poll_del(corosync->loop, corosync->pidfd);
		kill(corosync->pid, SIGTERM);
		if (poll(&fd, 1, LEAVE_MS) == 0)
			kill(corosync->pid, SIGKILL);
		waitpid(corosync->pid, NULL, 0);
		close(corosync->pidfd);
		leftovers_remove(corosync->pid);
	}
	free(corosync);
}

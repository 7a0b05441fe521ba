/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/corosync/process.h"

#include "cluster/corosync/configuration.h"
#include "cluster/corosync/leftovers.h"
#include "lib/clock.h"
#include "lib/paths.h"
#include "lib/timer.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
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
	bool wanted, stopping;
	pid_t pid; /* 0: none */
	int pidfd;
	uint64_t since_ms; /* of clock_now_ms, when it was started */
	unsigned retry_ms;
	int reported; /* the last reason not to start, so that it is logged once */
	struct timer timer;
};

static void attempt(void *data);

static void schedule(struct corosync *corosync, unsigned milliseconds, void (*function)(void *))
{
	(void)timer_start(&corosync->timer, corosync->loop, QB_LOOP_LOW, milliseconds * 1000000ULL, corosync,
	                  function);
}

static void retry(struct corosync *corosync)
{
	schedule(corosync, corosync->retry_ms, attempt);
	corosync->retry_ms = corosync->retry_ms * 2 > RETRY_LAST_MS ? RETRY_LAST_MS : corosync->retry_ms * 2;
}

static bool is_address(const struct sockaddr *socket_address, const struct ip_address *address)
{
	if (!socket_address)
		return false;
	if (address->version == 4)
		return socket_address->sa_family == AF_INET &&
		       memcmp(&((const struct sockaddr_in *)socket_address)->sin_addr, address->bytes, 4) ==
		           0;
	return socket_address->sa_family == AF_INET6 &&
	       memcmp(&((const struct sockaddr_in6 *)socket_address)->sin6_addr, address->bytes, 16) == 0;
}

/*
 * The datapath sets the addresses of Sync interfaces and then takes the interfaces up; Corosync ends at once where it
 * does not find its own on an interface that is up.
 */
static bool address_present(const struct ip_address *address)
{
	struct ifaddrs *all;
	bool present = false;

	if (getifaddrs(&all))
		return false;
	for (const struct ifaddrs *one = all; one && !present; one = one->ifa_next)
		present = (one->ifa_flags & IFF_UP) && is_address(one->ifa_addr, address);
	freeifaddrs(all);
	return present;
}

static bool addresses_present(const struct message_cluster_configuration *configuration)
{
	/* Those of spare links come and go with the datapath, and Corosync takes them whenever they are there. */
	for (uint32_t link = 0; link < configuration->link_count && link < CLUSTER_LINKS_MAX; link++)
		if (!configuration->links[link].spare &&
		    !address_present(&configuration->links[link].address[configuration->role]))
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

	corosync->retry_ms = RETRY_FIRST_MS;
}

static void attempt(void *data)
{
	struct corosync *corosync = data;
	const char *what = "";
	pid_t parent = getpid();
	int error;

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
	corosync->since_ms = clock_now_ms();
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

bool corosync_configure(struct corosync *corosync, const struct message_cluster_configuration *configuration)
{
	bool running = corosync->wanted && corosync->pid && !corosync->stopping;
	bool alike = corosync->wanted && corosync_same_links(&corosync->configuration, configuration);
	bool same = alike && corosync->configuration.link_count == configuration->link_count;
	const char *what;

	corosync->configuration = *configuration;
	if (same)
		return false;
	if (alike && running &&
	    corosync_write_files(configuration, COROSYNC_DIRECTORY, PATH_CLUSTER_KEY, &what) == 0)
		return true;
	corosync->wanted = true;
	corosync->retry_ms = RETRY_FIRST_MS;
	if (corosync->pid)
		end_child(corosync); /* on_end starts it again */
	else
		schedule(corosync, 0, attempt);
	return false;
}

void corosync_restart(struct corosync *corosync)
{
	if (corosync->wanted && !corosync->stopping)
		end_child(corosync); /* on_end starts it again */
}

uint64_t corosync_since(const struct corosync *corosync)
{
	return corosync->pid && !corosync->stopping ? corosync->since_ms : 0;
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
	timer_stop(&corosync->timer);
	if (corosync->pid) {
		struct pollfd fd = {.fd = corosync->pidfd, .events = POLLIN};

		qb_loop_poll_del(corosync->loop, corosync->pidfd);
		kill(corosync->pid, SIGTERM);
		/* Also where a signal cuts the wait short: one that hangs would be waited for for ever. */
		if (poll(&fd, 1, LEAVE_MS) <= 0)
			kill(corosync->pid, SIGKILL);
		while (waitpid(corosync->pid, NULL, 0) < 0 && errno == EINTR)
			;
		close(corosync->pidfd);
		leftovers_remove(corosync->pid);
	}
	free(corosync);
}

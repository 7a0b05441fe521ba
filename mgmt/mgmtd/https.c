/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/https.h"
#include "lib/log.h"
#include "mgmt/mgmtd/certificate.h"
#include "mgmt/mgmtd/https_render.h"

#include <errno.h>
#include <fcntl.h>
#include <qb/qbutil.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RETRY_FIRST_MS 200
#define RETRY_LAST_MS  10000
#define STEADY_NS      (30 * QB_TIME_NS_IN_SEC) /* a server that ran this long starts again at once */

struct https {
	qb_loop_t *loop;
	char *wanted; /* its configuration, NULL: none shall run */
	pid_t pid;    /* 0: none runs */
	uint64_t started_ns;
	unsigned retry_ms;
	qb_loop_timer_handle timer;
};

static int write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	int error = 0;

	if (!file)
		return -errno;
	if (fputs(text, file) < 0)
		error = -EIO;
	if (fclose(file) && !error)
		error = -EIO;
	return error;
}

static int write_pages(void)
{
	int error;

	if (mkdir(HTTPS_PAGES, 0755) && errno != EEXIST)
		return -errno;
	error = write_text(
	    HTTPS_PAGES "/index.html",
	    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Hadrian</title></head>\n"
	    "<body><h1>Hadrian</h1><p>This firewall is managed with its command line and over the "
	    "script interface <code>/nph-vpn.cgi</code>.</p></body></html>\n");
	/* The web server's user reads them. */
	if (!error && (chmod(HTTPS_PAGES, 0755) || chmod(HTTPS_PAGES "/index.html", 0644)))
		error = -errno;
	return error;
}

/* Addresses of host interfaces come and go with the datapath: the server may bind to them before they are
 * there. */
static void allow_early_bind(void)
{
	int error = write_text("/proc/sys/net/ipv4/ip_nonlocal_bind", "1\n");

	if (error)
		qb_log(LOG_INFO, "HTTPS waits for its addresses (ip_nonlocal_bind: %s)", strerror(-error));
}

/* A server that a killed mgmtd left behind holds the addresses. */
static void end_leftover(void)
{
	char path[64], line[512] = "";
	FILE *file = fopen(HTTPS_PID, "re");
	int pid = 0;

	if (!file)
		return;
	if (fscanf(file, "%d", &pid) != 1)
		pid = 0;
	fclose(file);
	unlink(HTTPS_PID);
	if (pid <= 1)
		return;
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	file = fopen(path, "re");
	if (!file)
		return;
	/* The arguments are apart by NULs: "lighttpd" "-D" "-f" "/run/hadrian/lighttpd.conf". */
	for (size_t i = 0, length = fread(line, 1, sizeof(line) - 1, file); i < length; i++)
		line[i] = line[i] ? line[i] : ' ';
	fclose(file);
	if (strstr(line, HTTPS_CONFIGURATION))
		kill(pid, SIGKILL);
}

static void start(struct https *https);

static void on_retry(void *user)
{
	struct https *https = user;

	https->timer = 0;
	start(https);
}

static void retry_later(struct https *https)
{
	if (https->timer || !https->wanted)
		return;
	qb_loop_timer_add(https->loop, QB_LOOP_LOW, https->retry_ms * QB_TIME_NS_IN_MSEC, https, on_retry,
	                  &https->timer);
	https->retry_ms = https->retry_ms * 2 > RETRY_LAST_MS ? RETRY_LAST_MS : https->retry_ms * 2;
}

static void run_server(pid_t parent)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl("/usr/sbin/lighttpd", "lighttpd", "-D", "-f", HTTPS_CONFIGURATION, (char *)NULL);
	_exit(127);
}

static int prepare(const struct https *https)
{
	char name[64] = "hadrian";
	int error;

	gethostname(name, sizeof(name) - 1);
	error = certificate_ensure(HTTPS_CERTIFICATE, name);
	if (!error)
		error = write_pages();
	if (!error)
		error = write_text(HTTPS_CONFIGURATION, https->wanted);
	return error;
}

static void start(struct https *https)
{
	pid_t parent = getpid();
	int error;

	if (!https->wanted || https->pid)
		return;
	error = prepare(https);
	if (error) {
		qb_log(LOG_ERR, "HTTPS cannot be prepared: %s", strerror(-error));
		retry_later(https);
		return;
	}
	allow_early_bind();
	end_leftover();
	https->pid = fork();
	if (!https->pid)
		run_server(parent);
	https->started_ns = qb_util_nano_current_get();
	if (https->pid < 0) {
		https->pid = 0;
		retry_later(https);
	}
}

int https_create(qb_loop_t *loop, struct https **out)
{
	struct https *https = calloc(1, sizeof(*https));

	if (!https)
		return -ENOMEM;
	https->loop = loop;
	https->retry_ms = RETRY_FIRST_MS;
	*out = https;
	return 0;
}

void https_destroy(struct https *https)
{
	if (!https)
		return;
	if (https->timer)
		qb_loop_timer_del(https->loop, https->timer);
	if (https->pid) {
		kill(https->pid, SIGTERM);
		waitpid(https->pid, NULL, 0);
	}
	free(https->wanted);
	free(https);
}

void https_configure(struct https *https, const struct configuration *configuration)
{
	const char *directory = getenv("HADRIAN_CGI_DIR");
	char *wanted;

	if (!https)
		return;
	wanted = https_render(configuration, directory ? directory : HADRIAN_CGI_DIR);
	if ((!wanted && !https->wanted) || (wanted && https->wanted && !strcmp(wanted, https->wanted))) {
		free(wanted);
		return;
	}
	free(https->wanted);
	https->wanted = wanted;
	https->retry_ms = RETRY_FIRST_MS;
	if (https->pid)
		kill(https->pid, SIGTERM); /* reaped, then started with the new configuration */
	else
		start(https);
}

void https_reap(struct https *https)
{
	int status;

	if (!https || !https->pid || waitpid(https->pid, &status, WNOHANG) != https->pid)
		return;
	https->pid = 0;
	if (qb_util_nano_current_get() - https->started_ns > STEADY_NS)
		https->retry_ms = RETRY_FIRST_MS;
	if (!https->wanted)
		return;
	if (!WIFSIGNALED(status) && WEXITSTATUS(status))
		qb_log(LOG_WARNING, "lighttpd ended with status %d; it is started again",
		       WEXITSTATUS(status));
	retry_later(https);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/sshd.h"
#include "lib/log.h"
#include "mgmt/ssh/settings.h"

#include <errno.h>
#include <qb/qbutil.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define RETRY_FIRST_MS 200
#define RETRY_LAST_MS  10000
#define STEADY_NS      (30 * QB_TIME_NS_IN_SEC) /* a server that ran this long starts again at once */

struct sshd {
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

static void start(struct sshd *sshd);

static void on_retry(void *user)
{
	struct sshd *sshd = user;

	sshd->timer = 0;
	start(sshd);
}

static void retry_later(struct sshd *sshd)
{
	if (sshd->timer || !sshd->wanted)
		return;
	qb_loop_timer_add(sshd->loop, QB_LOOP_LOW, sshd->retry_ms * QB_TIME_NS_IN_MSEC, sshd, on_retry,
	                  &sshd->timer);
	sshd->retry_ms = sshd->retry_ms * 2 > RETRY_LAST_MS ? RETRY_LAST_MS : sshd->retry_ms * 2;
}

static void run_server(pid_t parent)
{
	const char *program = getenv("HADRIAN_SSHD");
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl(program ? program : HADRIAN_SSHD, "hadrian-sshd", (char *)NULL);
	_exit(127);
}

static void start(struct sshd *sshd)
{
	pid_t parent = getpid();
	int error;

	if (!sshd->wanted || sshd->pid)
		return;
	error = write_text(SSH_SETTINGS, sshd->wanted);
	if (error) {
		qb_log(LOG_ERR, "SSH cannot be prepared (%s): %s", SSH_SETTINGS, strerror(-error));
		retry_later(sshd);
		return;
	}
	sshd->pid = fork();
	if (!sshd->pid)
		run_server(parent);
	sshd->started_ns = qb_util_nano_current_get();
	if (sshd->pid < 0) {
		sshd->pid = 0;
		retry_later(sshd);
	}
}

int sshd_create(qb_loop_t *loop, struct sshd **out)
{
	struct sshd *sshd = calloc(1, sizeof(*sshd));

	if (!sshd)
		return -ENOMEM;
	sshd->loop = loop;
	sshd->retry_ms = RETRY_FIRST_MS;
	*out = sshd;
	return 0;
}

void sshd_destroy(struct sshd *sshd)
{
	if (!sshd)
		return;
	if (sshd->timer)
		qb_loop_timer_del(sshd->loop, sshd->timer);
	if (sshd->pid) {
		kill(sshd->pid, SIGTERM);
		waitpid(sshd->pid, NULL, 0);
	}
	free(sshd->wanted);
	free(sshd);
}

/* The running server reads its configuration again on SIGHUP: whoever changes it over SSH stays connected. */
static void reload(struct sshd *sshd)
{
	int error = write_text(SSH_SETTINGS, sshd->wanted);

	if (error)
		qb_log(LOG_ERR, "SSH keeps its configuration (%s): %s", SSH_SETTINGS, strerror(-error));
	else
		kill(sshd->pid, SIGHUP);
}

void sshd_configure(struct sshd *sshd, const struct configuration *configuration)
{
	char *wanted;

	if (!sshd)
		return;
	wanted = sshd_render(configuration);
	if ((!wanted && !sshd->wanted) || (wanted && sshd->wanted && !strcmp(wanted, sshd->wanted))) {
		free(wanted);
		return;
	}
	free(sshd->wanted);
	sshd->wanted = wanted;
	sshd->retry_ms = RETRY_FIRST_MS;
	if (!sshd->pid)
		start(sshd);
	else if (wanted)
		reload(sshd);
	else
		kill(sshd->pid, SIGTERM);
}

void sshd_reap(struct sshd *sshd)
{
	int status;

	if (!sshd || !sshd->pid || waitpid(sshd->pid, &status, WNOHANG) != sshd->pid)
		return;
	sshd->pid = 0;
	if (qb_util_nano_current_get() - sshd->started_ns > STEADY_NS)
		sshd->retry_ms = RETRY_FIRST_MS;
	if (!sshd->wanted)
		return;
	if (!WIFSIGNALED(status) && WEXITSTATUS(status))
		qb_log(LOG_WARNING, "hadrian-sshd ended with status %d; it is started again",
		       WEXITSTATUS(status));
	retry_later(sshd);
}

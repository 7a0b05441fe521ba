/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/ssh/sshd.h"
#include "lib/log.h"
#include "mgmt/mgmtd/engine/child.h"
#include "mgmt/ssh/settings.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct sshd {
	char *wanted; /* its configuration, NULL: none shall run */
	struct child_program program;
	struct child *child;
};

static int prepare(void *user)
{
	const struct sshd *sshd = user;

	return child_write(SSH_SETTINGS, sshd->wanted);
}

int sshd_create(qb_loop_t *loop, struct sshd **out)
{
	static char *const arguments[] = {"hadrian-sshd", NULL};
	struct sshd *sshd = calloc(1, sizeof(*sshd));
	const char *path = getenv("HADRIAN_SSHD");
	int error;

	if (!sshd)
		return -ENOMEM;
	sshd->program = (struct child_program){
	    .path = path ? path : HADRIAN_SSHD, .arguments = arguments, .prepare = prepare, .user = sshd};
	error = child_create(loop, &sshd->program, &sshd->child);
	if (error) {
		free(sshd);
		return error;
	}
	*out = sshd;
	return 0;
}

void sshd_destroy(struct sshd *sshd)
{
	if (!sshd)
		return;
	child_destroy(sshd->child);
	free(sshd->wanted);
	free(sshd);
}

/* The running server reads its configuration again on SIGHUP: whoever changes it over SSH stays connected. */
static void reload(struct sshd *sshd)
{
	int error = child_write(SSH_SETTINGS, sshd->wanted);

	if (error)
		qb_log(LOG_ERR, "SSH keeps its configuration (%s): %s", SSH_SETTINGS, strerror(-error));
	else
		child_signal(sshd->child, SIGHUP);
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
	if (wanted && child_pid(sshd->child))
		reload(sshd);
	if (wanted)
		child_start(sshd->child);
	else
		child_stop(sshd->child);
}

void sshd_reap(struct sshd *sshd)
{
	if (sshd)
		child_reap(sshd->child);
}

int sshd_status(const struct sshd *sshd, struct ssh_status *out)
{
	pid_t server = sshd ? child_pid(sshd->child) : 0;

	return server && !ssh_status_read(SSH_STATUS, out) && out->server == server ? 0 : -ESRCH;
}

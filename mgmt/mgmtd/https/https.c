/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/https/https.h"
#include "lib/log.h"
#include "mgmt/identity/certificate.h"
#include "mgmt/mgmtd/engine/child.h"
#include "mgmt/mgmtd/https/https_render.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct https {
	char *wanted; /* its configuration, NULL: none shall run */
	struct child_program program;
	struct child *child;
};

static int write_pages(void)
{
	int error;

	if (mkdir(HTTPS_PAGES, 0755) && errno != EEXIST)
		return -errno;
	error = child_write(
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
	int error = child_write("/proc/sys/net/ipv4/ip_nonlocal_bind", "1\n");
	int error_ipv6 = child_write("/proc/sys/net/ipv6/ip_nonlocal_bind", "1\n");

	if (!error && error_ipv6 != -ENOENT)
		error = error_ipv6;
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

static int prepare(void *user)
{
	const struct https *https = user;
	char name[64] = "hadrian";
	int error;

	gethostname(name, sizeof(name) - 1);
	error = certificate_ensure(HTTPS_CERTIFICATE, PATH_CLUSTER_KEY, name);
	if (!error)
		error = write_pages();
	if (!error)
		error = child_write(HTTPS_CONFIGURATION, https->wanted);
	if (error)
		return error;
	allow_early_bind();
	end_leftover();
	return 0;
}

int https_create(qb_loop_t *loop, struct https **out)
{
	static char configuration[] = HTTPS_CONFIGURATION;
	static char *const arguments[] = {"lighttpd", "-D", "-f", configuration, NULL};
	struct https *https = calloc(1, sizeof(*https));
	int error;

	if (!https)
		return -ENOMEM;
	https->program = (struct child_program){
	    .path = "/usr/sbin/lighttpd", .arguments = arguments, .prepare = prepare, .user = https};
	error = child_create(loop, &https->program, &https->child);
	if (error) {
		free(https);
		return error;
	}
	*out = https;
	return 0;
}

void https_destroy(struct https *https)
{
	if (!https)
		return;
	child_destroy(https->child);
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
	if (wanted)
		child_restart(https->child);
	else
		child_stop(https->child);
}

void https_reap(struct https *https)
{
	if (https)
		child_reap(https->child);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * hadrian-scp: files over SSH, in the protocol of scp (with OpenSSH: scp -O). hadrian-sshd starts it on a session
 * that is logged in, without any privilege; hadrian-mgmtd opens and names the files.
 */

#include "mgmt/scp/transfer.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct transfer transfer;

static int usage(void)
{
	fputs("usage: hadrian-scp --session FD -- 'scp -t|-f [-r] [-p] [-d] PATH ...'\n", stderr);
	return 2;
}

int main(int argc, char *argv[])
{
	static const struct option options[] = {{"session", required_argument, NULL, 's'}, {0}};
	int option, session = -1;
	char reason[128];
	bool ended;

	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option != 's')
			return usage();
		session = atoi(optarg);
	}
	if (session < 0 || argc - optind != 1)
		return usage();
	signal(SIGPIPE, SIG_IGN);
	if (scp_command_parse(argv[optind], &transfer.command, reason)) {
		fprintf(stderr, "scp: %s.\n", reason);
		return 1;
	}
	transfer.remote.session = session;
	ended = transfer.command.to ? transfer_take(&transfer) : transfer_send(&transfer);
	close(session);
	return ended && !transfer.errors ? 0 : 1;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SCP_COMMAND_H
#define MGMT_SCP_COMMAND_H

/* The command that an SCP client has the other side run: "scp -r -p -f 'a file' *.bkp". Pure functions. */

#include <stdbool.h>
#include <stddef.h>

#define SCP_PATHS_MAX   32
#define SCP_COMMAND_MAX 4096

struct scp_command {
	bool to;        /* -t: the client uploads */
	bool recursive; /* -r */
	bool times;     /* -p */
	bool folder;    /* -d: the target must be a folder */
	size_t count;
	const char *path[SCP_PATHS_MAX];
	char bytes[SCP_COMMAND_MAX];
};

/*
 * Words are split and unquoted as a shell would, of which there is none here: wildcards stay as they are. Any text is
 * safe to give. Returns 0, or -EINVAL with the reason.
 */
int scp_command_parse(const char *text, struct scp_command *out, char reason[128]);

#endif

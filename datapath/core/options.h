/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_CORE_OPTIONS_H
#define DATAPATH_CORE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* The command line of hadrian-datapath. */
struct options {
	unsigned workers;   /* 1..WORKERS_MAX */
	uint32_t max_flows; /* of the whole node */
	unsigned memory_mb; /* 0: as much as max_flows wants */
	unsigned packets;   /* packet buffers */
	unsigned mtu_max;   /* largest IP packet of any interface, bytes */
	bool no_huge;
	int log_level; /* syslog's, LOG_ERR..LOG_DEBUG */
};

/*
 * Reads the command line. Returns 0 to go on, 1 where the program is to end with success (--help, --version),
 * or -EINVAL with one line written to standard error.
 */
int options_parse(int argc, char **argv, struct options *out);

#endif

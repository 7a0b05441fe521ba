/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_PORT_XDP_PROGRAM_H
#define DATAPATH_PORT_XDP_PROGRAM_H

#include <stddef.h>

/*
 * The XDP program of AF_XDP ports (redirect.bpf.c), as a path that DPDK and libbpf can open as long as this
 * process lives. The first call also sends what libbpf says to the log, for those who debug. Control thread.
 * Returns 0 or -errno.
 */
int xdp_program_path(char *out, size_t size);

#endif

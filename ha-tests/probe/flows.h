/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HA_TESTS_PROBE_FLOWS_H
#define HA_TESTS_PROBE_FLOWS_H

#include <stdint.h>

/*
 * Opens the flows, then answers lines of standard input: "check" sends a number on every TCP flow and waits for its echo,
 * and asks the server for a datagram on every UDP flow, so that no flow can be opened anew by being checked. Prints
 * "tcp ALIVE/ALL udp ALIVE/ALL resets N seconds T". Ends with the input. Returns the exit code.
 */
int flows_hold(const char *address, uint16_t port, unsigned tcp, unsigned udp);

/* Prints "flows: what: why" and returns 1. */
int flows_fail(const char *what);

/* "Send round to every UDP flow", in host byte order: both ends run on one machine. */
#define FLOWS_PUSH 0x48535550u
struct flows_push {
	uint32_t magic;
	uint32_t round;
};

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HA_TESTS_PROBE_FLOWS_H
#define HA_TESTS_PROBE_FLOWS_H

#include <stdint.h>

/*
 * Opens the flows, then answers lines of standard input: "check" sends one datagram or byte on every flow,
 * waits until each came back (UDP is sent again every second for as long, as an application would), and
 * prints "tcp ALIVE/ALL udp ALIVE/ALL resets N seconds T". Ends with the input. Returns the exit code.
 */
int flows_hold(const char *address, uint16_t port, unsigned tcp, unsigned udp);

/* Prints "flows: what: why" and returns 1. */
int flows_fail(const char *what);

#endif

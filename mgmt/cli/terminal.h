/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_CLI_TERMINAL_H
#define MGMT_CLI_TERMINAL_H

/*
 * The terminal of a prompt: its signals and its size. Signals interrupt only terminal_wait, so nothing is lost
 * between looking and waiting. One thread.
 */

#include <poll.h>
#include <stdbool.h>

/* From now on Ctrl-C, the size and the end of the terminal are told by the functions below. */
void terminal_start(void);
/*
 * Waits for one of the descriptors, or one of the signals (then -EINTR). timeout_ms: -1 for ever. Returns as
 * poll(2), with -errno. Without terminal_start signals do what they do by default.
 */
int terminal_wait(struct pollfd *wait, nfds_t count, int timeout_ms);
/* Whether each has happened since it was asked last. */
bool terminal_broken(void);
bool terminal_resized(void);
/* Whether the terminal is gone, or the program is to end. */
bool terminal_ended(void);
/* Forgets a Ctrl-C that came too late for what it was meant for. */
void terminal_forget_break(void);
/* Columns of standard output, 80 where they are not known. */
unsigned terminal_columns(void);

#endif

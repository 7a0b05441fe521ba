/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CAPTURE_SHOW_H
#define MGMT_MGMTD_CAPTURE_SHOW_H

/* `pcapdump -show`: packets of a file or buffer as text, some in each turn of the loop, so that others have theirs. */

#include "mgmt/mgmtd/capture/decode.h"

struct session;

/*
 * Prints as many packets (0: all) of a pcap or pcapng file, which is taken over and closed, then ends the command (session_end).
 * bytes: that the file reads from memory, freed at the end; or NULL. Returns SESSION_WAITS, or -errno after a message.
 */
int capture_show(struct session *session, FILE *file, void *bytes, uint64_t number,
                 enum capture_format format);
/* The command of the session is broken off. */
void capture_show_forget(struct session *session);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SCP_WIRE_H
#define MGMT_SCP_WIRE_H

/* Bytes from and to the client: standard input and output. Blocking; one thread. */

#include "mgmt/scp/record.h"

#include <stdbool.h>
#include <stddef.h>

struct wire {
	size_t first, last;
	char buffer[65536];
};

/* Exactly length bytes. Returns false where the client is gone. */
bool wire_read(struct wire *wire, void *bytes, size_t length);
/* A line without its newline. Returns 1, 0 at the end, or -EBADMSG for one that is too long or holds a NUL. */
int wire_read_line(struct wire *wire, char line[SCP_RECORD_MAX]);
bool wire_write(const void *bytes, size_t length);
/* The byte that says all is well. */
bool wire_acknowledge(void);
/* Tells the client what is wrong; fatal: and that nothing follows. */
bool wire_complain(bool fatal, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What the client answers. Returns 0; -EIO: it complained; -ECONNRESET: it is gone or gives up. */
int wire_answer(struct wire *wire);

#endif

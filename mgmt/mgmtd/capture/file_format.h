/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CAPTURE_FILE_FORMAT_H
#define MGMT_MGMTD_CAPTURE_FILE_FORMAT_H

/* Captured packets as files that other programs read (C02-141). Pure functions. */

#include "mgmt/mgmtd/capture/buffer.h"

enum capture_file {
	CAPTURE_FILE_NONE,   /* it has no packets in it */
	CAPTURE_FILE_PCAP,   /* .cap */
	CAPTURE_FILE_PCAPNG, /* .pcapng: also names the interface, and tells received packets from sent ones */
};

#define CAPTURE_FILE_ENDINGS ".cap or .pcapng"

/* What a file of that name is, by its ending. */
enum capture_file capture_file_of(const char *name);
/*
 * Makes a file of the packets in a buffer, with microseconds, in the byte order of the machine; *bytes is the caller's to free.
 * Returns 0 or -ENOMEM.
 */
int capture_file_make(enum capture_file file, const char *interface, const struct capture_buffer *buffer,
                      uint8_t **bytes, size_t *length);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SYSTEM_EXTRACT_H
#define SYSTEM_EXTRACT_H

/* Unpacking the archive of a package that was found good. hadrian-upgrade's unprivileged process, its only thread. */

#include <stdint.h>

typedef void (*extract_progress)(unsigned percent);

/*
 * Unpacks what fd stands at into the working folder. Only folders and files, with names inside of it, at most
 * EXTRACT_FILES of them with EXTRACT_BYTES in all; whoever may do what with them is set, not taken from the archive.
 * length: bytes of the archive, for the progress. Returns 0, or -errno with the reason; what was unpacked until then stays.
 */
int extract_archive(int fd, uint64_t length, extract_progress progress, char reason[256]);

#define EXTRACT_FILES 4096
#define EXTRACT_BYTES (2ull << 30)

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_FILE_READ_H
#define MGMT_MGMTD_FILE_READ_H

#include <stddef.h>

/*
 * Reads a text file of the administrator's root folder (PATH_FILES), such as a property's file://NAME names, whole and with
 * a NUL byte. Returns 0, -ENOENT, -EFBIG where it is no file shorter than size, -EBADMSG where it is no text, or another
 * -errno. File I/O in memory.
 */
int file_read_text(const char *name, char *text, size_t size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_STATE_FILE_H
#define MGMT_MGMTD_STATE_FILE_H

/* Files on disk that are there whole, or as they were, whenever the power fails. Blocking I/O. */

#include <stddef.h>

/* Makes the directory where it is missing; synced. Mode 0600. Returns 0 or -errno. */
int state_file_save(const char *directory, const char *name, const void *bytes, size_t length);
/* At most max bytes (else -EFBIG); *bytes is the caller's to free and has a NUL behind. Returns 0 or -errno. */
int state_file_load(const char *directory, const char *name, size_t max, char **bytes, size_t *length);

#endif

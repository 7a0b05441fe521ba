/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_MIB_FILE_H
#define MGMT_MGMTD_MIB_FILE_H

/* The MIB of this release's traps among the files that administrators fetch (C20-024). */

#include "mgmt/mgmtd/files/file_store.h"

/*
 * Writes it into the root, in place of another release's. HADRIAN_MIB_DIR of the environment is where it comes from, else where
 * it was installed. At start. Returns 0, or -errno with the reason.
 */
int mib_file_provide(const struct file_store *store, char reason[MESSAGE_TEXT]);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SYSTEM_VERIFY_H
#define SYSTEM_VERIFY_H

/* Whether a package is what its signer made, and its signer somebody that this node trusts. hadrian-upgrade's only thread. */

#include "system/package.h"

#include <openssl/x509.h>

/* Tells how far it is, 0 to 100. */
typedef void (*verify_progress)(unsigned percent);

/*
 * Every certificate of the files *.pem of a folder. *out is the caller's (X509_STORE_free). Returns 0, -ENOENT where there is
 * none, or another -errno, with the reason.
 */
int verify_load_trust(const char *folder, X509_STORE **out, char reason[256]);
/*
 * Reads the package from where fd stands to the end of the file: head, signature, checksum of the archive. On success fd stands at the archive's first byte.
 * Returns 0, or -errno with the reason.
 */
int verify_package(int fd, X509_STORE *trust, struct package *out, verify_progress progress,
                   char reason[256]);

#endif

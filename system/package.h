/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SYSTEM_PACKAGE_H
#define SYSTEM_PACKAGE_H

/*
 * The head of an upgrade package, `.upg` (C02-110):
 *
 *   hadrian-upgrade 1
 *   version 0.2.0
 *   architecture x86_64
 *   payload 12345678          bytes of the archive
 *   sha256 <64 hex digits>    of the archive
 *   signature 1234            bytes of the signature
 *   (empty line)
 *   signature: CMS SignedData in DER, detached (RFC 5652, 5.1), over the first five lines
 *   payload: tar, compressed with gzip; the folders that `meson install` makes below its prefix
 *
 * Pure functions over any bytes, any thread.
 */

#include "system/release.h"

#include <stddef.h>
#include <stdint.h>

#define PACKAGE_HEAD_MAX      1024
#define PACKAGE_SIGNATURE_MAX (16 << 10)
#define PACKAGE_PAYLOAD_MAX   (1ull << 30)
#define PACKAGE_DIGEST        32

struct package {
	char version[RELEASE_VERSION_MAX];
	char architecture[32];
	uint64_t payload; /* bytes */
	uint8_t digest[PACKAGE_DIGEST];
	size_t signed_length; /* the signature is over that many bytes from the beginning */
	size_t signature;     /* bytes; it begins at head_length */
	size_t head_length;   /* the empty line included */
};

/* Reads a head from the first bytes of a file. Returns 0, or -EBADMSG with what is wrong in reason. */
int package_parse(const char *bytes, size_t length, struct package *out, char reason[128]);

#endif

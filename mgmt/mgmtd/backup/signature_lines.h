/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SIGNATURE_LINES_H
#define MGMT_MGMTD_SIGNATURE_LINES_H

/*
 * The last lines of a signed profile (MA-037): each "#sig " and up to 76 characters of Base64, together a CMS signature in DER of
 * everything before the first of them. Pure functions.
 */

#include "system/signature.h"

#include <stdint.h>

/*
 * *body: how many bytes are before the signature, length where there is none; der and *der_length, 0 where there is none.
 * Returns 0, or -EBADMSG with the reason. Any bytes are safe to give; only the last SIGNATURE_LINES_MAX are looked at.
 */
int signature_split(const char *bytes, size_t length, size_t *body, uint8_t der[SIGNATURE_MAX],
                    size_t *der_length, char reason[128]);

#define SIGNATURE_LINES_MAX (2 * SIGNATURE_MAX)

#endif

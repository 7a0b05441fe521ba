/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CERTIFICATE_H
#define MGMT_MGMTD_CERTIFICATE_H

/* X.509 certificates in the configuration (literal certificate): DER in Base64, on one line. Any text is safe to give. */

#include <openssl/x509.h>

#define CERTIFICATE_LINE_MAX 8192 /* with the NUL byte */

/*
 * What is typed for a certificate: PEM, the line itself, or "file://NAME", a PEM file in the administrator's root folder.
 * Returns 0 and the line, or -EINVAL with what is wrong (static text) in *why.
 */
int certificate_take(const char *typed, char line[CERTIFICATE_LINE_MAX], const char **why);
/* The certificate of a line, the caller's (X509_free), or NULL. */
X509 *certificate_read(const char *line);

#endif

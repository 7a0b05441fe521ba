/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CERTIFICATE_H
#define MGMT_MGMTD_CERTIFICATE_H

/*
 * Makes a self-signed certificate with its key (ECDSA P-256, ten years) at path, mode 0600, where there is
 * none. Returns 0 or -errno.
 */
int certificate_ensure(const char *path, const char *common_name);

#endif

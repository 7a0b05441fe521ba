/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_VERSION_H
#define MGMT_MGMTD_VERSION_H

/* The version of the release that runs, as its supervisor says; without one that of this program. Any thread. */
const char *version_running(void);

#endif

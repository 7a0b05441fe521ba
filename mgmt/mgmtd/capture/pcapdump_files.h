/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CAPTURE_PCAPDUMP_FILES_H
#define MGMT_MGMTD_CAPTURE_PCAPDUMP_FILES_H

/* The parts of `pcapdump` that deal with buffers and files (C02-134, C02-135, C02-137). Each is a command. */

#include "mgmt/mgmtd/session/session.h"

int pcapdump_list(struct session *session, const struct line *line);
int pcapdump_show(struct session *session, const struct line *line);
int pcapdump_write(struct session *session, const struct line *line);
int pcapdump_remove(struct session *session, const struct line *line);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_KEY_H
#define DATAPATH_HEARTBEAT_KEY_H

#include <stdint.h>

/*
 * Reads the cluster key and derives the one of that label (lib/heartbeat.h). Returns 0, -ENOENT and so on, or -EINVAL where the
 * file holds no key of CLUSTER_KEY_LENGTH bytes.
 */
int cluster_key_read(const char *path, const char *label, uint8_t key[32]);

#endif

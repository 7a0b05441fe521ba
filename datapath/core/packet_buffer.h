/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_CORE_PACKET_BUFFER_H
#define DATAPATH_CORE_PACKET_BUFFER_H

/*
 * How large packet buffers are (C03-038). They are made before the first policy comes, so that the size which a policy
 * wants is kept in PATH_PACKET_BUFFER for the next start. Control thread.
 */

#include <stdint.h>

/* The MTU that the size kept there allows, 0: none is kept. */
uint32_t packet_buffer_mtu(void);
/* Keeps a policy's size (bytes, 0: none) where it is another. Returns 0 or -errno. */
int packet_buffer_keep(uint32_t size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_CAPTURE_CAPTURE_H
#define DATAPATH_CAPTURE_CAPTURE_H

/*
 * Captures of packets for one client at a time (MESSAGE_CAPTURE_... in lib/messages/type.h). Copies wait in the workers' rings
 * until the client takes them; what finds no room is lost, and told. Control thread.
 */

#include "lib/ipc.h"
#include "lib/messages/capture.h"

/* Answers by MESSAGE_CAPTURE_STATE: -EINVAL for what is no filter or an id that is in use, -EBUSY where another client captures, -ENOSPC, -ENOMEM. */
void capture_start(struct ipc_connection *connection, const struct message_capture_start *start);
/* The answer follows what was captured before. An id that is not in use is answered at once. */
void capture_stop(struct ipc_connection *connection, uint32_t id);
/* The client has gone, and its captures with it. */
void capture_closed(const struct ipc_connection *connection);
/* Sends what workers have taken, as far as the client reads. */
void capture_drain(void);
/* Once a second: tells what was lost. */
void capture_second(void);

#endif

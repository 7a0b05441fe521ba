/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_CONSOLE_H
#define LIB_MESSAGES_CONSOLE_H

/* How the program at the local console learns from hadrian-mgmtd what its COMPortAccess says. */

#include <stdint.h>

#define CONSOLE_PORT         "COM1"           /* the system's own console */
#define LOGIN_ACCESS_CONSOLE "COMPortAccess/" /* access of a login there, with the object's name behind */

enum console_parity { CONSOLE_PARITY_NONE, CONSOLE_PARITY_EVEN, CONSOLE_PARITY_ODD };
enum console_flow { CONSOLE_FLOW_NONE, CONSOLE_FLOW_RTSCTS, CONSOLE_FLOW_XONXOFF };

struct message_console {
	int32_t error;  /* 0, or -ENOENT: there is no such console */
	uint32_t login; /* a user name and a password are asked for */
	uint32_t bits_per_second;
	uint16_t rows, columns;
	uint8_t data_bits, stop_bits;
	uint8_t parity; /* enum console_parity */
	uint8_t flow;   /* enum console_flow */
};

#endif

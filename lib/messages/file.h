/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_FILE_H
#define LIB_MESSAGES_FILE_H

/* Files that administrators reach over the network (SCP): its client <-> mgmtd. */

#include "lib/messages/type.h"

#include <stdint.h>

enum file_operation {
	FILE_LIST,  /* path may have wildcards in its last part; a folder alone lists what is in it */
	FILE_READ,  /* fd: the file */
	FILE_WRITE, /* fd: a new file without a name, of at most size bytes */
	FILE_KEEP, /* gives what was written to the file of the last FILE_WRITE its name, in place of one of that
	                name; checked before */
};

#define FILE_PATH_MAX 256

/* Paths are those of the administrator: "/", "/scripts", "/crashdumps" (C02-066), never those of the system. */
struct message_file {
	uint32_t operation; /* enum file_operation */
	uint32_t reserved;
	uint64_t size;
	char path[FILE_PATH_MAX];
};

struct message_file_reply {
	int32_t error;  /* 0, or -errno with the reason in text */
	uint32_t count; /* of the entries behind */
	char text[MESSAGE_TEXT];
};

struct message_file_entry {
	uint64_t size;
	uint64_t modified; /* seconds since 1970 */
	uint32_t folder;
	uint32_t reserved;
	char path[FILE_PATH_MAX]; /* whole */
};

#endif

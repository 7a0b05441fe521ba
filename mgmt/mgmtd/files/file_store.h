/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_FILE_STORE_H
#define MGMT_MGMTD_FILE_STORE_H

/*
 * The administrator's files on this node (C02-066). The root and the scripts are in memory and gone after a restart
 * of the system; crashdumps stay, and can be read and removed only. A file is there whole or not at all. What a
 * folder holds is bounded in number, bytes and bytes of a file, so that files never take the memory from what
 * forwards packets. File I/O in memory; one thread.
 */

#include "lib/messages/file.h"
#include "lib/messages/type.h"
#include "mgmt/mgmtd/files/file_path.h"

#include <stddef.h>

#define FILE_ENTRIES_MAX     224 /* of a folder, so that a list of it is one message */
#define FILE_ROOT_COUNT      200
#define FILE_ROOT_BYTES      (512ull << 20) /* in all */
#define FILE_ROOT_FILE_BYTES (256ull << 20)
#define FILE_SCRIPTS_BYTES   (64ull << 20)
#define FILE_MEMORY_RESERVE  (16ull << 20) /* of the file system, always left free */

struct file_store {
	const char *directory[FILE_FOLDERS]; /* NULL: where it is on an appliance */
	struct {
		uint64_t bytes;
		unsigned count;
	} reserved[FILE_FOLDERS]; /* what uploads under way will take; who makes them keeps it */
};

/* All return 0 (or a descriptor, the caller's to close), or -errno with the reason, which names the path. */

/* Sorted by name; folders are in the root. A name without wildcards that is not there is -ENOENT. */
int file_store_list(const struct file_store *store, const struct file_path *path,
                    struct message_file_entry entries[FILE_ENTRIES_MAX], size_t *count,
                    char reason[MESSAGE_TEXT]);
/* For reading. */
int file_store_open(const struct file_store *store, const struct file_path *path, char reason[MESSAGE_TEXT]);
/*
 * A file without a name, of size bytes, all zero, for reading and writing: mapped, it can be written and not grown.
 * -EDQUOT or -ENOSPC where there is no room.
 */
int file_store_create(const struct file_store *store, const struct file_path *path, uint64_t size,
                      char reason[MESSAGE_TEXT]);
/* Gives what file_store_create made its name, in place of one of that name. */
int file_store_keep(const struct file_store *store, const struct file_path *path, int file,
                    char reason[MESSAGE_TEXT]);
/* create, the bytes, and keep. */
int file_store_write(const struct file_store *store, const struct file_path *path, const void *bytes,
                     size_t length, char reason[MESSAGE_TEXT]);
/* Reads a file whole, at most max bytes; *bytes is the caller's to free and has a NUL behind. */
int file_store_read(const struct file_store *store, const struct file_path *path, size_t max, char **bytes,
                    size_t *length, char reason[MESSAGE_TEXT]);
/* How many bytes more may come into a folder (of crashdumps: of their file system). */
int file_store_space(const struct file_store *store, enum file_folder folder, uint64_t *bytes,
                     char reason[MESSAGE_TEXT]);
int file_store_remove(const struct file_store *store, const struct file_path *path,
                      char reason[MESSAGE_TEXT]);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_MEDIUM_H
#define MGMT_MGMTD_MEDIUM_H

/*
 * What a medium has for a system that was never configured (MA-022, MA-023): in its folder "Rescue Config" the first of
 * SERIAL.atv, SERIAL.atv.p7e, preconfig.atv, preconfig.atv.p7e, else its copy of a configuration (storage_file.h). No symbolic link is followed.
 * Blocks as long as the medium does; reentrant.
 */

#include <stdbool.h>
#include <stddef.h>

#define MEDIUM_PATH_MAX   512
#define MEDIUM_SERIAL_MAX 64

struct medium_file {
	char path[MEDIUM_PATH_MAX];
	char *bytes; /* NUL behind; the caller's to free */
	size_t length;
	bool script; /* a preconfig.sh lies beside it */
};

/*
 * Looks in every folder of the folders (NULL at their end), in the order of their names. Returns 0 and *out; -ENOENT where there is none, or
 * -errno with the path of what cannot be read.
 */
int medium_find(const char *const folders[], const char *serial, struct medium_file *out);

/*
 * This system's serial number: what the file "serial" of the state directory says, else the machine's. "" where neither has one
 * of letters, digits, '-' and '_'.
 */
void medium_serial(const char *state_directory, char serial[MEDIUM_SERIAL_MAX]);

/*
 * Opens a CMS envelope (PEM or DER) with the key and certificate in that file. Returns 0 and *out, the caller's to wipe and free; -EBADMSG where it
 * is none or was made for another certificate, or -errno where the key cannot be read.
 */
int medium_decrypt(const char *bytes, size_t length, const char *key_path, char **out, size_t *out_length);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SSH_KEY_H
#define MGMT_MGMTD_SSH_KEY_H

/*
 * Public keys of SSH clients as ssh-keygen writes them: "TYPE BASE64 [COMMENT]" (RFC 4253, 6.6; RFC 5656, 3.1;
 * RFC 8709, 4). Any text is safe to give. Any thread, but for what reads a file: that may block.
 */

#include <stdbool.h>

#define SSH_KEY_LINE_MAX 4096 /* with the comment and the NUL byte */

/*
 * Reads a line with one key, blanks around it left out. Taken are ssh-rsa of 2048 to 16384 bits, ssh-ed25519 and
 * ecdsa-sha2-nistp256, -nistp384 and -nistp521. Returns 0 and the line without those blanks, or -EINVAL with
 * what is wrong (static text) in *why.
 */
int ssh_key_read(const char *text, char line[SSH_KEY_LINE_MAX], const char **why);
/*
 * What is typed for a key: the key itself, or "file://NAME", a file in the administrator's root folder
 * (PATH_FILES) that holds one key. Returns as ssh_key_read, also where there is no such file.
 */
int ssh_key_take(const char *typed, char line[SSH_KEY_LINE_MAX], const char **why);
/* The same type and the same key; comments say nothing. Neither needs to be valid. */
bool ssh_key_equal(const char *a, const char *b);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_LOGIN_H
#define LIB_MESSAGES_LOGIN_H

/* Logins: hadrian-sshd and the console <-> mgmtd. */

#include "lib/address.h"

#include <stdint.h>

enum login_method {
	LOGIN_PASSWORD,    /* text is the password */
	LOGIN_ANSWER,      /* text is the answer to the question of the last result (-EINPROGRESS) */
	LOGIN_KEY_OFFERED, /* key: would it be taken? Nothing is granted */
	LOGIN_KEY,         /* key: the client has proved that it is the key's owner */
};

#define LOGIN_KEY_MAX 4096

/* What somebody gave to hadrian-sshd; mgmtd checks it. Texts end with a NUL byte. */
struct message_login {
	uint32_t method; /* enum login_method */
	uint32_t reserved;
	char user[64];
	char access[64]; /* the RemoteMgmtSSH object that let the client in */
	char remote[IP_ADDRESS_TEXT];
	char text[257];
	char key[LOGIN_KEY_MAX]; /* "ssh-ed25519 AAAA...", without a comment; RFC 4253, 6.6, in base 64 */
};

#define LOGIN_QUESTION_MAX 512
#define LOGIN_PASSWORD_MAX 257 /* with the NUL byte */

struct message_login_result {
	int32_t error;      /* 0: granted, or the key would be taken; -EACCES; -EAGAIN: too many logins;
	                       -EINPROGRESS: the server of the user wants an answer first */
	uint32_t may_write; /* Administrators; Auditors look only */
	uint32_t echo;      /* the answer may be seen while it is typed */
	char question[LOGIN_QUESTION_MAX];
};

#endif

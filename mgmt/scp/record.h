/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SCP_RECORD_H
#define MGMT_SCP_RECORD_H

/* The lines of the SCP protocol that a client sends before and between files. Pure functions. */

#include <stdint.h>

#define SCP_RECORD_MAX 512 /* bytes, with the newline */

enum scp_record_kind {
	SCP_FILE,    /* C0644 SIZE NAME */
	SCP_FOLDER,  /* D0755 0 NAME */
	SCP_END,     /* E */
	SCP_TIMES,   /* T SECONDS MICROSECONDS SECONDS MICROSECONDS */
	SCP_WARNING, /* \1 text */
	SCP_FATAL,   /* \2 text */
};

struct scp_record {
	enum scp_record_kind kind;
	uint64_t size;             /* of SCP_FILE */
	char text[SCP_RECORD_MAX]; /* a name, or what a warning says (without control characters) */
};

/* A line without its newline. Any text is safe to give. Returns 0 or -EBADMSG. */
int scp_record_parse(const char *line, struct scp_record *out);

#endif

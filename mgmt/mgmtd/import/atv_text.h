/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_ATV_TEXT_H
#define MGMT_MGMTD_ATV_TEXT_H

/* Where in the text of a profile its reader is. Pure functions. */

#include "mgmt/mgmtd/import/atv_file.h"

struct atv_reader {
	const char *at, *end;
	const char *line_start;
	unsigned line; /* from 1 */
};

/* Writes line, column (from 1, in bytes) and why. Returns -EBADMSG. */
int atv_wrong(const struct atv_reader *reader, char reason[ATV_REASON], const char *why);
void atv_skip_blanks(struct atv_reader *reader);
/* Whether the text begins so here. */
bool atv_begins(const struct atv_reader *reader, const char *text);
/* Goes to the next line. Returns 0, or -EBADMSG where the line ends as Windows ends lines, or has control characters. */
int atv_next_line(struct atv_reader *reader, char reason[ATV_REASON]);
/* A name and a value in quotes, which go to *to with NULs behind; *to moves. Return 0 or -EBADMSG. */
int atv_take_name(struct atv_reader *reader, char **to, char reason[ATV_REASON]);
int atv_take_value(struct atv_reader *reader, char **to, char reason[ATV_REASON]);

#endif

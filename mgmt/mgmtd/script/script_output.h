/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SCRIPT_OUTPUT_H
#define MGMT_MGMTD_SCRIPT_OUTPUT_H

/* What a line of a script prints: collected until the line ends, as its beginning depends on how (C02-058). One thread. */

#include "mgmt/mgmtd/session/session.h"

struct script_output {
	FILE *outer; /* the session's own; NULL: no line runs */
	char *text;
	size_t length;
	bool shown; /* also where the line succeeds */
};

/* session->out collects from now on. Returns 0 or -ENOMEM. */
int script_output_begin(struct session *session, struct script_output *output, bool shown);
/* session->out is the session's own again. text is there until script_output_free. Nothing happens where no line runs. */
void script_output_end(struct session *session, struct script_output *output);
void script_output_free(struct script_output *output);
/* What was collected so far goes to sink where it is shown in any case. */
void script_output_forward(const struct session *session, struct script_output *output, FILE *sink);

#endif

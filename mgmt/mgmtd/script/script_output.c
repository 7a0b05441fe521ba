/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/script/script_output.h"

#include <errno.h>
#include <stdlib.h>

int script_output_begin(struct session *session, struct script_output *output, bool shown)
{
	FILE *own;

	*output = (struct script_output){.shown = shown};
	own = open_memstream(&output->text, &output->length);
	if (!own)
		return -ENOMEM;
	output->outer = session->out;
	session->out = own;
	return 0;
}

void script_output_end(struct session *session, struct script_output *output)
{
	if (!output->outer)
		return;
	fclose(session->out);
	session->out = output->outer;
	output->outer = NULL;
}

void script_output_free(struct script_output *output)
{
	free(output->text);
	output->text = NULL;
}

void script_output_forward(const struct session *session, struct script_output *output, FILE *sink)
{
	if (!output->shown || fflush(session->out))
		return;
	fwrite(output->text, 1, output->length, sink);
	/* From its beginning again: what stands there has gone. */
	rewind(session->out);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/reference/reference.h"

int main(int argc, char **argv)
{
	struct schema *schema;
	char reason[256];
	int error;

	if (argc != 3) {
		fputs("usage: hadrian-reference SCHEMA-FOLDER FOLDER\n"
		      "Writes the reference documentation of object types and commands as Markdown.\n",
		      stderr);
		return 2;
	}
	error = schema_load(argv[1], &schema, reason);
	if (!error) {
		error = reference_write(schema, argv[2], reason);
		schema_free(schema);
	}
	if (error)
		fprintf(stderr, "hadrian-reference: %s\n", reason);
	return error ? 1 : 0;
}

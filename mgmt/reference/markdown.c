/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/reference/reference.h"

#include <string.h>

void markdown_text(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (strchr("\\`*[]<>|", *text))
			fputc('\\', out);
		fputc(*text == '\n' ? ' ' : *text, out);
	}
}

void markdown_type(const struct schema *schema, const char *name, size_t length, FILE *out)
{
	char page[REFERENCE_NAME_MAX];

	for (size_t i = 0; i < schema->type_count; i++) {
		const struct object_type *type = &schema->types[i];

		if (strlen(type->name) != length || strncmp(type->name, name, length) != 0)
			continue;
		fprintf(out, "[%s](%s)", type->name, type_page_name(type, page));
		return;
	}
	fprintf(out, "%.*s", (int)length, name);
}

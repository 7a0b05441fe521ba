/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/reference/reference.h"

const char *command_page_name(const struct command *command, char name[REFERENCE_NAME_MAX])
{
	snprintf(name, REFERENCE_NAME_MAX, "command-%s.md", command->name);
	return name;
}

static void write_options(const struct command_option *options, FILE *out)
{
	fputs("\n## Options\n\n", out);
	for (const struct command_option *option = options; option->name; option++) {
		fprintf(out, "- `-%s%s%s`: ", option->name, option->value ? "=" : "",
		        option->value ? option->value : "");
		markdown_text(option->summary, out);
		fputs(option->writes ? " Administrators only.\n" : "\n", out);
	}
}

void command_page(const struct command *command, FILE *out)
{
	fprintf(out, "# %s\n\n", command->name);
	markdown_text(command->summary, out);
	fputs("\n\n", out);
	if (command->alias)
		fprintf(out, "- Short form: `%s`\n", command->alias);
	if (command->view != VIEW_DEFAULT)
		fprintf(out, "- In the view: %s (`cmdview`)\n", command_view_name(command->view));
	fprintf(out, "- May be used by: %s\n\n## Usage\n\n    ",
	        command->writes ? "Administrators" : "everybody who may log in to the command line");
	for (const char *at = command->usage; *at; at++) {
		fputc(*at, out);
		if (*at == '\n' && at[1] && at[1] != '\n')
			fputs("    ", out);
	}
	fputc('\n', out);
	if (command->options)
		write_options(command->options, out);
}

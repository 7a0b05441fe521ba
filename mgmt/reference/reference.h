/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_REFERENCE_REFERENCE_H
#define MGMT_REFERENCE_REFERENCE_H

/*
 * The reference documentation as Markdown: a page for every object type and every command, and an index
 * (README.md). All of it is said by the schema and the table of commands. One thread.
 */

#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/configuration.h"

#define REFERENCE_NAME_MAX 160 /* of a page's file, with its end */

/*
 * Writes every page into a folder, which is made where it is absent. Pages of an earlier run that are no longer
 * written are removed, other files are left alone. Returns 0, or -errno with the reason.
 */
int reference_write(const struct schema *schema, const char *folder, char reason[256]);

/* The file of a type's page: "IPAddress.md", "IPRuleSet-IPRule.md". Returns name. */
const char *type_page_name(const struct object_type *type, char name[REFERENCE_NAME_MAX]);
/* "command-add.md". Returns name. */
const char *command_page_name(const struct command *command, char name[REFERENCE_NAME_MAX]);

/* One page each. predefined holds the objects that every system begins with. */
void type_page(const struct configuration *predefined, const struct object_type *type, FILE *out);
void command_page(const struct command *command, FILE *out);
void index_page(const struct schema *schema, FILE *out);

/* Text that says in Markdown what it is, no mark-up of its own. */
void markdown_text(const char *text, FILE *out);
/* A link to a type's page, or the bare name where there is no such type. */
void markdown_type(const struct schema *schema, const char *name, size_t length, FILE *out);

#endif

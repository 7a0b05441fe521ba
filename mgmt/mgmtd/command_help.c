/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command.h"
#include "mgmt/mgmtd/table.h"
#include "mgmt/mgmtd/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct command commands[] = {
    {"about", "version", false, command_about, "Show which version this is.", "about"},
    {"activate", "a", true, command_activate, "Put the edited configuration into force.",
     "activate\n\nWithout commit within 30 seconds the old configuration returns."},
    {"add", NULL, true, command_add, "Add an object.",
     "add [CATEGORY] TYPE [NAME] Property=Value ... [Index=N] [-disable]"},
    {"arp", NULL, false, command_arp, "Show or flush the ARP cache.", "arp [-show] [INTERFACE]\narp -flush"},
    {"cc", NULL, false, command_cc, "Go into an object that holds others; without words back to the root.",
     "cc [[CATEGORY] TYPE NAME]"},
    {"cfglog", NULL, false, command_cfglog, "Show the configuration log.", "cfglog [-all]"},
    {"commit", NULL, true, command_commit, "Keep the activated configuration.", "commit"},
    {"delete", NULL, true, command_delete, "Delete an object.",
     "delete [CATEGORY] TYPE NAME\ndelete TYPE -Range=1,3-5"},
    {"exit", "quit", false, command_exit, "Leave.", "exit"},
    {"flow", NULL, false, command_flow, "Show flows.", "flow [-show] [-verbose] [-num=N]"},
    {"ha", NULL, false, command_ha, "Show or change the state of the cluster.",
     "ha\nha -status -module\nha -activate\nha -deactivate\nha -sendconf\nha -receiveconf"},
    {"help", "?", false, command_help, "Show what there is.", "help [COMMAND]"},
    {"helpconfig", NULL, false, command_helpconfig, "Show the properties of an object type.",
     "helpconfig TYPE"},
    {"ifstat", NULL, false, command_ifstat, "Show interfaces.", "ifstat [INTERFACE]"},
    {"netobjects", NULL, false, command_netobjects, "Show the addresses behind names.", "netobjects [NAME]"},
    {"reject", NULL, true, command_reject,
     "Drop all edits, or those of one object, back to what is committed.",
     "reject\nreject [CATEGORY] TYPE NAME"},
    {"routes", NULL, false, command_routes, "Show the active routing table.", "routes [-alltypes]"},
    {"script", NULL, false, command_script, "List, show, run, make and remove scripts.",
     "script\nscript -show NAME\nscript -run NAME [VALUE ...] [-force] [-verbose]\n"
     "script -create [CATEGORY] TYPE [-filename=NAME]\nscript -remove NAME\n\n"
     "-force goes on after errors, -verbose shows what every command says. The values replace $1, $2 ...;\n"
     "$0 is the script's name, \\$ a dollar sign."},
    {"set", NULL, true, command_set, "Change an object.",
     "set [CATEGORY] TYPE [NAME] Property=Value ... [Index=N] [-enable] [-disable]\n"
     "set TYPE -Range=1,3-5 Property=Value ...\n\nProperty=<empty> returns a property to its default."},
    {"show", NULL, false, command_show, "Show objects.",
     "show [CATEGORY] [TYPE] [NAME] [-references]\nshow -errors\nshow -changes"},
    {"statistics", NULL, false, command_statistics, "Show the counters of the datapath.",
     "statistics [-all] [PREFIX]"},
    {"undelete", NULL, true, command_undelete, "Bring a deleted object back as it was committed.",
     "undelete [CATEGORY] TYPE NAME"},
    {0},
};

int command_help(struct session *session, const struct line *line)
{
	const char *name = line_word(line, 1);
	int error = options_check(session, line, NULL);

	for (const struct command *command = commands; command->name && !error; command++) {
		if (!name)
			fprintf(session->out, "   %-12s  %s\n", command->name, command->summary);
		else if (!strcasecmp(command->name, name) ||
		         (command->alias && !strcasecmp(command->alias, name))) {
			fprintf(session->out, "COMMAND\n        %s%s%s%s. %s\n\nUSAGE\n%s\n", command->name,
			        command->alias ? " (" : "", command->alias ? command->alias : "",
			        command->alias ? ")" : "", command->summary, command->usage);
			return 0;
		}
	}
	if (name && !error) {
		fprintf(session->out, "There is no command '%s'; 'help' lists the commands.\n", name);
		error = -EINVAL;
	}
	return error;
}

/* helpconfig may ask for any type, also for those that need a context. */
static const struct object_type *any_type(const struct schema *schema, const char *name)
{
	for (size_t i = 0; name && i < schema->type_count; i++)
		if (!strcmp(schema->types[i].name, name))
			return &schema->types[i];
	return NULL;
}

static void add_property(struct table *table, const struct property *property)
{
	char *allowed = NULL;
	size_t length;
	FILE *out = open_memstream(&allowed, &length);

	if (!out)
		return;
	property_describe(property, out);
	fclose(out);
	table_row(table, property->required || property->key ? "*" : "");
	table_cell(table, "%s%s", property->name, property->per_node ? ":0 :1" : "");
	table_cell(table, "%s", property->default_value ? property->default_value : "");
	table_cell(table, "%s", property->description);
	table_cell(table, "%s", allowed);
	free(allowed);
}

int command_helpconfig(struct session *session, const struct line *line)
{
	const char *name = line_word(line, line_word_count(line) > 2 ? 2 : 1);
	const struct object_type *type = any_type(session->engine->schema, name);
	struct table table = {0};

	if (!type) {
		fprintf(session->out, "helpconfig: there is no object type '%s'; 'show' lists the types.\n",
		        name ? name : "");
		return -EINVAL;
	}
	fprintf(session->out, "%s. %s\n\n", type->name, type->description);
	table_column(&table, "Property");
	table_column(&table, "Default");
	table_column(&table, "Description");
	table_column(&table, "Allowed");
	for (size_t i = 0; i < type->property_count; i++)
		if (!type->properties[i].hidden)
			add_property(&table, &type->properties[i]);
	table_print(&table, 3, session->out);
	fputs("\n*  must have a value\n", session->out);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/tests/console.h"

#include <string.h>

static struct console console;

static void set_up(void)
{
	console_open(&console);
	strcpy(console.session.user, SESSION_CONSOLE);
}

static void tear_down(void)
{
	console_close(&console);
}

static void shows(const char *line, const char *text)
{
	console_ok(&console, line);
	ck_assert_msg(strstr(console.text, text) != NULL, "%s: '%s' is not in: %s", line, text, console.text);
}

static void hides(const char *line, const char *text)
{
	console_ok(&console, line);
	ck_assert_msg(strstr(console.text, text) == NULL, "%s: '%s' is in: %s", line, text, console.text);
}

/* feature: C02-023 */
START_TEST(help_of_a_command)
{
	shows("help", "   activate      Put the edited");
	shows("help activate", "COMMAND\n        activate (a). Put the edited configuration into "
	                       "force.\n\nUSAGE\n        activate\n");
	shows("help a", "        activate (a). ");
	shows("help SHOW", "\nOPTIONS\n        -errors                  Everything that is wrong");
	shows("help flow", "        -num=N                   As many flows");
	shows("help help", "COMMAND\n        help (?). Show the commands, or how one is typed.\n");
	console_refused(&console, "help helpme", "There is no command 'helpme'");
}
END_TEST

/* Each command says what it is, how it is typed and what its options do; nothing is known twice. */
START_TEST(every_command_is_explained)
{
	const char *last = "";

	for (const struct command *command = commands; command->name; command++) {
		size_t length = strlen(command->summary);

		ck_assert_msg(strcmp(last, command->name) < 0, "%s is not in order", command->name);
		last = command->name;
		ck_assert_msg(length && command->summary[length - 1] == '.', "%s", command->name);
		ck_assert_msg(!strncmp(command->usage, command->name, strlen(command->name)), "%s",
		              command->name);
		for (const struct command_option *option = command->options; option && option->name; option++)
			ck_assert_msg(option->summary && *option->summary, "%s -%s", command->name,
			              option->name);
	}
}
END_TEST

/* feature: C02-024 */
START_TEST(help_of_types_and_categories)
{
	shows("helpconfig EthernetInterface", "EthernetInterface. ");
	shows("helpconfig Interface EthernetInterface", "EthernetInterface. ");
	shows("helpconfig Address", "IPAddress");
	hides("helpconfig Address", "EthernetInterface");
	shows("helpconfig RuleSet", "IPRuleSet/");
	shows("helpconfig IPRule", "SourceNetwork");
	shows("helpconfig", "RoutingTable/");
	console_refused(&console, "helpconfig IPAdress", "Did you mean 'IPAddress'?");
	console_refused(&console, "helpconfig Address EthernetInterface", "no object type or category");
}
END_TEST

START_TEST(options_are_checked)
{
	console_refused(&console, "show -error", "show has no option -error. It has: -errors -changes");
	console_refused(&console, "show -error", "Did you mean -errors?");
	console_refused(&console, "about -all", "about has no option -all.");
	console_refused(&console, "show -errors=1", "-errors has no value");
	console_refused(&console, "flow -num", "-num needs a value: -num=N.");
	console.session.may_write = false;
	console_refused(&console, "ha -activate", "may look, but change nothing");
	console_refused(&console, "set System Name=x", "may look, but change nothing");
	hides("help ha", "-activate ");
	hides("help", "   activate ");
}
END_TEST

/* feature: C02-048 */
START_TEST(views_are_opened_and_closed)
{
	console_ok(&console, "cmdview");
	ck_assert_str_eq(console.text, "Command view(s) enabled: default\n");
	shows("cmdview advanced", "enabled: default, advanced\n");
	shows("cmdview debug", "enabled: default, advanced, debug\n");
	shows("cmdview default", "enabled: default\n");
	shows("cmdview all", "enabled: default, advanced, debug\n");
	console_ok(&console, "cmdview default");
	console_refused(&console, "ruledb",
	                "the view advanced, which is not open: 'cmdview advanced' opens it");
	console_refused(&console, "policy", "'cmdview debug' opens it");
	hides("help", "   ruledb ");
	shows("help ruledb", "The command is in the view advanced: 'cmdview advanced' opens it.");
	console_ok(&console, "cmdview all");
	shows("help", "   ruledb ");
	shows("help", "   policy ");
	hides("help", "   confdump ");
	shows("policy", "\nRules  ");
	console_refused(&console, "cmdview advance", "Did you mean 'advanced'?");
}
END_TEST

/* feature: C02-048 */
START_TEST(ruledb_shows_what_was_compiled)
{
	console_ok(&console, "add IPAddress web Address=10.6.60.10,10.6.60.12");
	console_ok(&console, "cc RuleSet IPRuleSet main");
	console_ok(&console, "add IPRule Name=first Action=Deny OnDeny=SendReject SourceInterface=any "
	                     "SourceNetwork=web DestinationInterface=core DestinationNetwork=all-nets "
	                     "Service=all_services LogEnabled=No Index=1");
	console_ok(&console, "cmdview advanced");
	console_refused(&console, "ruledb first", "no rule in force");
	ck_assert_int_eq(configuration_replace(&console.engine.running, &console.engine.candidate), 0);
	shows("ruledb first", "index 1, first: Deny, sender is told, not logged\n"
	                      "   Source       any: 10.6.60.10, 10.6.60.12\n"
	                      "   Destination  core: 0.0.0.0/0");
	shows("ruledb 1", "first");
	shows("ruledb", "After the last rule: Deny, silent, logged\n");
	console_refused(&console, "ruledb -usage", "The datapath cannot be reached");
}
END_TEST

/* feature: C02-049 */
START_TEST(the_service_view_is_roots)
{
	console_ok(&console, "cmdview service");
	ck_assert_ptr_nonnull(console.session.answer);
	console_refused(&console, "no", "stays closed");
	shows("cmdview", "enabled: default\n");
	console_ok(&console, "cmdview service");
	shows("yes", "enabled: default, service\n");
	shows("confdump", "\"Password\"");
	shows("cfglog -all", "The command view service was opened");
	shows("cmdview default", "enabled: default\n");
	strcpy(console.session.user, "admin");
	console_refused(&console, "cmdview service", "only root");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, help_of_a_command);
	tcase_add_test(tests, every_command_is_explained);
	tcase_add_test(tests, help_of_types_and_categories);
	tcase_add_test(tests, options_are_checked);
	tcase_add_test(tests, views_are_opened_and_closed);
	tcase_add_test(tests, ruledb_shows_what_was_compiled);
	tcase_add_test(tests, the_service_view_is_roots);
}

TEST_MAIN("mgmt_help", add_tests)

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/reference/reference.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/hadrian-reference-XXXXXX";
static struct schema *schema;

static void setup(void)
{
	char reason[256];

	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_msg(!schema_load(NULL, &schema, reason), "%s", reason);
	ck_assert_msg(!reference_write(schema, folder, reason), "%s", reason);
}

static void teardown(void)
{
	DIR *entries = opendir(folder);
	struct dirent *entry;

	while ((entry = readdir(entries)))
		unlinkat(dirfd(entries), entry->d_name, 0);
	closedir(entries);
	rmdir(folder);
	schema_free(schema);
}

/* The page's text, malloc'ed; NULL where there is no page. */
static char *page(const char *name)
{
	char path[512], *text = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	ck_assert_int_gt(getdelim(&text, &size, 0, file), 0);
	fclose(file);
	return text;
}

/* How a description looks on a page. */
static char *written(const char *description)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	markdown_text(description, out);
	fclose(out);
	return text;
}

static void assert_holds(const char *name, const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "%s does not say: %s", name, part);
}

static void assert_described(const char *name, const char *text, const char *what, const char *description)
{
	char *description_text;

	ck_assert_msg(strlen(description) > 2, "%s: %s has no description", name, what);
	description_text = written(description);
	assert_holds(name, text, description_text);
	free(description_text);
}

START_TEST(every_type_and_property_has_its_place)
{
	for (size_t i = 0; i < schema->type_count; i++) {
		const struct object_type *type = &schema->types[i];
		char name[REFERENCE_NAME_MAX], heading[128];
		char *text = page(type_page_name(type, name));

		ck_assert_msg(text != NULL, "%s has no page", type->name);
		assert_described(name, text, type->name, type->description);
		for (size_t j = 0; j < type->property_count; j++) {
			const struct property *property = &type->properties[j];

			snprintf(heading, sizeof(heading), "\n### %s\n", property->name);
			ck_assert_msg(strlen(property->description) > 2, "%s %s has no description",
			              type->name, property->name);
			ck_assert_msg(property->hidden == !strstr(text, heading), "%s: %s", name,
			              property->name);
			if (!property->hidden)
				assert_described(name, text, property->name, property->description);
		}
		free(text);
	}
}
END_TEST

START_TEST(every_command_has_its_page)
{
	char *index = page("README.md");

	for (const struct command *command = commands; command->name; command++) {
		char name[REFERENCE_NAME_MAX];
		char *text = page(command_page_name(command, name));

		ck_assert_msg(text != NULL, "%s has no page", command->name);
		assert_described(name, text, command->name, command->summary);
		ck_assert_msg(!strncmp(command->usage, command->name, strlen(command->name)),
		              "the usage of %s begins with %s", command->name, command->usage);
		for (const struct command_option *option = command->options; option && option->name; option++)
			assert_described(name, text, option->name, option->summary);
		assert_holds("README.md", index, name);
		free(text);
	}
	free(index);
}
END_TEST

static void assert_links_lead_somewhere(const char *name)
{
	char *text = page(name), *at = text;

	ck_assert_ptr_nonnull(text);
	while ((at = strstr(at, "]("))) {
		char target[REFERENCE_NAME_MAX] = "", *found;

		at += 2;
		ck_assert_uint_lt(strcspn(at, ")"), sizeof(target));
		memcpy(target, at, strcspn(at, ")"));
		found = page(target);
		ck_assert_msg(found != NULL, "%s names %s, which is not there", name, target);
		free(found);
	}
	free(text);
}

START_TEST(every_link_leads_somewhere)
{
	char name[REFERENCE_NAME_MAX];

	assert_links_lead_somewhere("README.md");
	for (size_t i = 0; i < schema->type_count; i++)
		assert_links_lead_somewhere(type_page_name(&schema->types[i], name));
}
END_TEST

START_TEST(a_page_says_what_the_schema_says)
{
	char *interface = page("EthernetInterface.md"), *rule = page("IPRuleSet-IPRule.md");

	assert_holds("EthernetInterface.md", interface,
	             "`PrivateIP:0=` the master's, `PrivateIP:1=` the slave's");
	assert_holds("EthernetInterface.md", interface, "- Refers to: [IPAddress](IPAddress.md)");
	assert_holds("EthernetInterface.md", interface, "- Default: `1500`");
	assert_holds("IPRuleSet-IPRule.md", rule, "`Deny` (also typed `Drop`)");
	assert_holds("IPRuleSet-IPRule.md", rule, "- Only where `Action=Deny`");
	assert_holds("IPRuleSet-IPRule.md", rule, "cc RuleSet IPRuleSet NAME\n");
	free(interface);
	free(rule);
}
END_TEST

START_TEST(old_pages_go_and_other_files_stay)
{
	char path[512], reason[256], *text;
	FILE *file;

	snprintf(path, sizeof(path), "%s/mine.md", folder);
	file = fopen(path, "we");
	fputs("# Mine\n", file);
	fclose(file);
	snprintf(path, sizeof(path), "%s/command-gone.md", folder);
	file = fopen(path, "we");
	fputs("<!-- written by hadrian-reference -->\n# gone\n", file);
	fclose(file);
	ck_assert_int_eq(reference_write(schema, folder, reason), 0);
	text = page("mine.md");
	ck_assert_str_eq(text, "# Mine\n");
	free(text);
	ck_assert_ptr_null(page("command-gone.md"));
}
END_TEST

START_TEST(a_folder_that_cannot_be_written_is_named)
{
	char reason[256];

	ck_assert_int_lt(reference_write(schema, "/proc/reference", reason), 0);
	ck_assert_msg(strstr(reason, "/proc/reference") != NULL, "%s", reason);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, every_type_and_property_has_its_place);
	tcase_add_test(tests, every_command_has_its_page);
	tcase_add_test(tests, every_link_leads_somewhere);
	tcase_add_test(tests, a_page_says_what_the_schema_says);
	tcase_add_test(tests, old_pages_go_and_other_files_stay);
	tcase_add_test(tests, a_folder_that_cannot_be_written_is_named);
}

TEST_MAIN("mgmt_reference", add_tests)

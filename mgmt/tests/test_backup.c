/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/backup/backup.h"
#include "mgmt/mgmtd/configuration/secret.h"
#include "mgmt/tests/backups.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void read_backup(const char *name, char text[65536])
{
	char path[128];
	FILE *file;
	size_t length;

	snprintf(path, sizeof(path), "%s/%s", files, name);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	length = fread(text, 1, 65535, file);
	text[length] = 0;
	fclose(file);
}

/* feature: C02-101 C02-103 */
START_TEST(a_backup_brings_everything_back)
{
	struct configuration before;

	console_ok(&console, "add IPAddress a Address=10.0.0.1");
	console_ok(&console, "set HighAvailability Role=Slave ClusterID=7");
	put_into_force();
	ck_assert_int_eq(configuration_copy(&console.engine.running, &before), 0);
	console_ok(&console, "add IPAddress edited Address=10.0.0.2");
	console_ok(&console, "backup -create mine.bkp");
	says("Created /mine.bkp");
	says("Edits that are not activated are not in it");
	console_ok(&console, "backup -list");
	says("mine.bkp");
	console_ok(&console, "delete IPAddress a");
	console_ok(&console, "set HighAvailability Role=<empty> ClusterID=<empty>");
	put_into_force();
	console_ok(&console, "backup -restore mine.bkp");
	says("'activate' and then 'commit'");
	ck_assert(configuration_equal(&console.engine.candidate, &before));
	ck_assert(!configuration_equal(&console.engine.running, &before));
	configuration_clear(&before);
}
END_TEST

/* feature: C02-101 */
START_TEST(without_a_name_it_has_the_date)
{
	char name[32], command[64];
	time_t now = time(NULL);
	struct tm parts;

	console_ok(&console, "backup -create");
	strftime(name, sizeof(name), "config-%Y%m%d.bkp", localtime_r(&now, &parts));
	says(name);
	snprintf(command, sizeof(command), "backup -delete %s", name);
	console_ok(&console, command);
	console_refused(&console, command, "there is no such file");
	console_ok(&console, "backup -create a.bkp");
	console_ok(&console, "backup -create b.bkp");
	console_ok(&console, "backup -delete *.bkp");
	says("Deleted /a.bkp.\nDeleted /b.bkp.");
	console_ok(&console, "backup -list");
	ck_assert_ptr_null(strstr(console.text, "bkp"));
}
END_TEST

START_TEST(only_backups_are_replaced_and_deleted)
{
	write_file("my_key.pub", "ssh-rsa AAAA\n", 13);
	console_refused(&console, "backup -create my_key.pub", "is no backup; choose another name");
	console_refused(&console, "backup -delete my_key.pub", "there is no backup");
	console_refused(&console, "backup -restore my_key.pub", "it is no backup of a configuration");
	console_refused(&console, "backup -restore missing.bkp", "there is no such file");
	console_refused(&console, "backup -create ../x", "'..'");
	console_refused(&console, "backup -create scripts/x", "no name of a file in the root folder");
	console_refused(&console, "backup -create *", "no name of a file in the root folder");
	console_refused(&console, "backup -restore", "name is missing");
	console_refused(&console, "backup -restore a -list", "one of its options");
	console_refused(&console, "backup -list -secrets", "-secrets belongs to -create");
	console_refused(&console, "backup -create x -reboot", "-reboot belongs to -restore");
	console_refused(&console, "backup -list x", "takes no name");
	console_refused(&console, "backup", "an option such as -create is missing");
	console.session.may_write = false;
	console_refused(&console, "backup -create x.bkp", "group Auditors");
	console_refused(&console, "backup -list", "group Auditors");
}
END_TEST

/* feature: C02-103 */
START_TEST(a_damaged_backup_changes_nothing)
{
	static char text[65536], damaged[65536];
	size_t length;

	console_ok(&console, "backup -create whole.bkp");
	read_backup("whole.bkp", text);
	length = strlen(text);
	for (size_t at = 0; at < length; at += at < 400 ? 1 : 101) {
		memcpy(damaged, text, length);
		damaged[at] ^= 4;
		write_file("damaged.bkp", damaged, length);
		console_refused(&console, "backup -restore damaged.bkp", "Nothing was changed");
		write_file("damaged.bkp", text, at);
		console_refused(&console, "backup -restore damaged.bkp", "Nothing was changed");
	}
	memcpy(damaged, text, length);
	damaged[length] = 'x';
	write_file("damaged.bkp", damaged, length + 1);
	console_refused(&console, "backup -restore damaged.bkp", "something was added behind its end");
	console_ok(&console, "backup -revert");
	says("No backup was ever restored");
}
END_TEST

/* feature: C02-103 */
START_TEST(what_this_version_does_not_know_is_named)
{
	write_made("old.bkp", "0.0.1", "{\"hadrian-address:Address\":{\"Teleport\":[{\"Name\":\"x\"}]}}");
	console_refused(&console, "backup -restore old.bkp",
	                "made by version 0.0.1 and does not fit this one");
	says("Teleport");
	write_made("same.bkp", HADRIAN_VERSION,
	           "{\"hadrian-address:Address\":{\"IPAddress\":[{\"Name\":\"x\",\"Colour\":\"red\"}]}}");
	console_refused(&console, "backup -restore same.bkp", "Colour");
	write_made("none.bkp", HADRIAN_VERSION, "[1,2,3]");
	console_refused(&console, "backup -restore none.bkp", "cannot be restored");
}
END_TEST

/* feature: C02-104 */
START_TEST(revert_brings_back_what_the_last_restore_replaced)
{
	console_ok(&console, "backup -revert");
	says("there is nothing to revert to");
	console_ok(&console, "add IPAddress first Address=10.0.0.1");
	put_into_force();
	console_ok(&console, "backup -create first.bkp");
	console_ok(&console, "add IPAddress second Address=10.0.0.2");
	put_into_force();
	console_ok(&console, "backup -restore first.bkp");
	put_into_force();
	console_refused(&console, "show IPAddress second", "second");
	console_ok(&console, "add IPAddress third Address=10.0.0.3");
	put_into_force();
	/* At any time, and as often as is wanted. */
	for (unsigned i = 0; i < 2; i++) {
		console_ok(&console, "backup -revert");
		console_ok(&console, "show IPAddress second");
		console_refused(&console, "show IPAddress third", "third");
		console_ok(&console, "reject");
	}
	console_ok(&console, "show IPAddress third");
}
END_TEST

static void add_cluster(const char *role)
{
	char line[128];

	snprintf(line, sizeof(line), "set HighAvailability Enabled=Yes ClusterID=1 Role=%s", role);
	console_ok(&console, line);
}

/* feature: C02-105 */
START_TEST(node_local_objects_of_the_peer_stay_away)
{
	add_cluster("Master");
	console_ok(&console, "set System Name=Other");
	console_ok(&console, "add EthernetDevice port1 Device=port1");
	console_ok(&console, "add IPAddress shared Address=10.0.0.1");
	put_into_force();
	console_ok(&console, "backup -create master.bkp");
	console_ok(&console, "delete IPAddress shared");
	console_ok(&console, "delete EthernetDevice port1");
	console_ok(&console, "set System Name=Mine");
	add_cluster("Slave");
	put_into_force();
	console_ok(&console, "backup -restore master.bkp");
	says("It is of the other node of the cluster");
	console_ok(&console, "show IPAddress shared");
	console_refused(&console, "show EthernetDevice port1", "port1");
	console_ok(&console, "show System");
	says("Mine");
	console_ok(&console, "show HighAvailability");
	says("Slave");
	/* Reset or replaced, it has no role that could collide: it becomes the node again. */
	console_ok(&console, "reject");
	console_ok(&console, "set HighAvailability Enabled=No");
	put_into_force();
	console_ok(&console, "backup -restore master.bkp");
	console_ok(&console, "show HighAvailability");
	says("Master");
	console_ok(&console, "show EthernetDevice port1");
}
END_TEST

static void add_interface(const char *name, const char *address)
{
	char line[256];

	snprintf(line, sizeof(line),
	         "add EthernetInterface %s EthernetDevice:0=%s IPAddress=%s Network=10.1.0.0/16", name, name,
	         address);
	console_ok(&console, line);
}

/* feature: C02-105 C02-106 */
START_TEST(interfaces)
{
	console_ok(&console, "add EthernetDevice if1 Device=if1");
	console_ok(&console, "add EthernetDevice if2 Device=if2");
	add_interface("if1", "10.1.0.1");
	add_interface("if2", "10.1.0.2");
	put_into_force();
	console_ok(&console, "backup -create two.bkp");
	console_ok(&console, "delete EthernetInterface if1");
	console_ok(&console, "delete EthernetInterface if2");
	add_interface("if2", "10.1.0.2");
	put_into_force();
	console_refused(&console, "backup -restore two.bkp",
	                "In EthernetInterface if2: Interface ID change of 'if2'(3->2) is not supported.");
	console_refused(&console, "backup -restore two.bkp -reboot", "hadrian-supervisor");
	/* Names that are not there break references. */
	console_ok(&console, "add IPAddress x Address=10.0.0.1");
	console_ok(&console, "delete EthernetInterface if2");
	put_into_force();
	write_made("other.bkp", HADRIAN_VERSION,
	           "{\"hadrian-routing:RoutingTable\":[{\"Name\":\"main\",\"Route\":[{\"Id\":1,\"Interface\":"
	           "\"wan\","
	           "\"Network\":\"10.0.0.0/8\"}]}]}");
	console_run(&console, "backup -restore other.bkp");
	says("'show -errors' lists");
	console_ok(&console, "show -errors");
	says("there is no EthernetInterface");
}
END_TEST

/* feature: C02-101 */
START_TEST(secrets_are_sealed_unless_they_are_asked_for)
{
	static char text[65536];

	console_ok(&console, "add TestServer one SharedSecret=\"open sesame\"");
	put_into_force();
	console_ok(&console, "backup -create sealed.bkp");
	ck_assert_ptr_null(strstr(console.text, "in clear"));
	read_backup("sealed.bkp", text);
	ck_assert_ptr_null(strstr(text, "open sesame"));
	ck_assert_ptr_nonnull(strstr(text, "$sealed$"));
	console_ok(&console, "backup -create clear.bkp -secrets");
	says("as they were typed: keep it safe");
	read_backup("clear.bkp", text);
	ck_assert_ptr_nonnull(strstr(text, "\nsecrets clear\n"));
	ck_assert_ptr_nonnull(strstr(text, "open sesame"));
	console_ok(&console, "backup -list");
	says("clear");
	/* It is the same configuration, and sealed as soon as it is one again. */
	console_ok(&console, "backup -restore clear.bkp");
	ck_assert(configuration_equal(&console.engine.candidate, &console.engine.running));
}
END_TEST

static void on_committed(void *user, int error, const char *reason)
{
	*(int *)user = error;
	ck_assert_msg(!error || strstr(reason, "the configuration of the cluster peer came first") != NULL,
	              "%s", reason);
}

/* feature: C02-106 C02-046 */
START_TEST(a_restore_gives_way_to_what_the_peer_committed)
{
	struct engine *engine = &console.engine;
	int error = 0;

	/* On its way into force, and the peer has gone: nobody else would refuse it. */
	engine->receiving = true;
	ck_assert_int_eq(engine_commit_at_start(engine, &engine->candidate, "admin", on_committed, &error),
	                 0);
	ck_assert_int_eq(error, -ESTALE);
	engine->receiving = false;
	/* Waiting for its way into force. */
	engine->waiting.json = strdup("{}");
	engine->waiting.head.generation = engine->generation + 1;
	error = 0;
	ck_assert_int_eq(engine_commit_at_start(engine, &engine->candidate, "admin", on_committed, &error),
	                 0);
	ck_assert_int_eq(error, -ESTALE);
	/* What is no newer hinders nothing; here, without a supervisor, it is only saved. */
	engine->waiting.head.generation = engine->generation;
	ck_assert_int_eq(engine_commit_at_start(engine, &engine->candidate, "admin", NULL, NULL), 0);
	ck_assert(!engine->claim.busy);
	free(engine->waiting.json);
	engine->waiting.json = NULL;
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, backups_open, backups_close);
	tcase_add_test(tests, a_backup_brings_everything_back);
	tcase_add_test(tests, without_a_name_it_has_the_date);
	tcase_add_test(tests, only_backups_are_replaced_and_deleted);
	tcase_add_test(tests, a_damaged_backup_changes_nothing);
	tcase_add_test(tests, what_this_version_does_not_know_is_named);
	tcase_add_test(tests, revert_brings_back_what_the_last_restore_replaced);
	tcase_add_test(tests, node_local_objects_of_the_peer_stay_away);
	tcase_add_test(tests, interfaces);
	tcase_add_test(tests, secrets_are_sealed_unless_they_are_asked_for);
	tcase_add_test(tests, a_restore_gives_way_to_what_the_peer_committed);
}

TEST_MAIN("mgmt_backup", add_tests)

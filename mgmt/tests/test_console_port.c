/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/console.h"
#include "lib/testing.h"
#include "mgmt/cli/serial.h"
#include "mgmt/mgmtd/login/console_port.h"
#include "mgmt/tests/console.h"

#include <errno.h>
#include <string.h>

static struct console console;

static void set_up(void)
{
	console_open(&console);
}

static void tear_down(void)
{
	console_close(&console);
}

static struct message_console port(const char *name)
{
	return console_port(&console.engine.candidate, name);
}

/* feature: C02-019 */
START_TEST(the_console_is_as_the_guide_prints_it)
{
	struct message_console com1 = port("COM1");

	ck_assert_int_eq(com1.error, 0);
	ck_assert_uint_eq(com1.login, 0);
	ck_assert_uint_eq(com1.bits_per_second, 115200);
	ck_assert_uint_eq(com1.data_bits, 8);
	ck_assert_uint_eq(com1.parity, CONSOLE_PARITY_NONE);
	ck_assert_uint_eq(com1.stop_bits, 1);
	ck_assert_uint_eq(com1.flow, CONSOLE_FLOW_NONE);
	ck_assert_uint_eq(com1.rows, 40);
	ck_assert_uint_eq(com1.columns, 80);
	ck_assert_int_eq(port("COM2").error, -ENOENT);
	console_refused(&console, "delete COMPortAccess COM1", "COM1");
	console_ok(&console, "set COMPortAccess COM1 AuthProfile=MgmtAuthProfile");
	ck_assert_uint_eq(port("COM1").login, 1);
}
END_TEST

/* feature: C02-006 C02-075 */
START_TEST(a_login_comes_over_an_access)
{
	const struct configuration *candidate = &console.engine.candidate;
	const struct object_type *type;

	ck_assert_ptr_null(login_access(candidate, "COM1", &type));
	/* Without a profile nobody logs in: nobody is asked. */
	ck_assert_ptr_null(login_access(candidate, "COMPortAccess/COM1", &type));
	console_ok(&console, "set COMPortAccess COM1 AuthProfile=MgmtAuthProfile");
	ck_assert_ptr_nonnull(login_access(candidate, "COMPortAccess/COM1", &type));
	ck_assert_str_eq(type->name, "COMPortAccess");
	ck_assert_ptr_null(login_access(candidate, "COMPortAccess/COM2", &type));
	ck_assert_ptr_null(login_access(candidate, "RemoteMgmtSSH", &type));
	console_ok(&console, "set RemoteMgmtSSH RemoteMgmtSSH -enable");
	ck_assert_ptr_nonnull(login_access(candidate, "RemoteMgmtSSH", &type));
}
END_TEST

/* feature: C02-019 */
START_TEST(a_serial_line_is_set_as_the_object_says)
{
	struct termios settings = {.c_cflag = CS5 | CLOCAL | CREAD, .c_iflag = ICRNL | IXON};
	struct message_console com1;

	console_ok(&console, "set COMPortAccess COM1 BitsPerSecond=9600 DataBits=7 Parity=Odd StopBits=2 "
	                     "FlowControl=RTSCTS");
	com1 = port("COM1");
	serial_settings(&com1, &settings);
	ck_assert_uint_eq(settings.c_cflag & CSIZE, CS7);
	ck_assert_uint_eq(settings.c_cflag & (PARENB | PARODD), PARENB | PARODD);
	ck_assert(settings.c_cflag & CSTOPB);
	ck_assert(settings.c_cflag & CRTSCTS);
	ck_assert(settings.c_cflag & CREAD);
	ck_assert_uint_eq(settings.c_iflag, ICRNL);
	ck_assert_uint_eq(cfgetospeed(&settings), B9600);
	console_ok(&console, "set COMPortAccess COM1 Parity=<empty> FlowControl=XONXOFF");
	com1 = port("COM1");
	serial_settings(&com1, &settings);
	ck_assert(!(settings.c_cflag & (PARENB | PARODD | CRTSCTS)));
	ck_assert_uint_eq(settings.c_iflag & (IXON | IXOFF), IXON | IXOFF);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, the_console_is_as_the_guide_prints_it);
	tcase_add_test(tests, a_login_comes_over_an_access);
	tcase_add_test(tests, a_serial_line_is_set_as_the_object_says);
}

TEST_MAIN("mgmt_console_port", add_tests)

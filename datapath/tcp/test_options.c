/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/tcp/options.h"

#include "lib/testing.h"

#include <check.h>
#include <string.h>

static uint8_t header[60];

/* A header with these options behind it, padded to the next multiple of four. */
static bool parse(const uint8_t *options, size_t length, bool syn, struct tcp_options *out)
{
	memset(header, 0, sizeof(header));
	memcpy(header + TCP_HEADER_LENGTH, options, length);
	return tcp_options_parse(header, (uint32_t)(TCP_HEADER_LENGTH + (length + 3) / 4 * 4), syn, out);
}

#define PARSE(syn, out, ...)                                                                                 \
	({                                                                                                   \
		const uint8_t bytes[] = {__VA_ARGS__};                                                       \
		parse(bytes, sizeof(bytes), syn, out);                                                       \
	})

/* feature: C01-012 */
START_TEST(what_linux_sends_is_read)
{
	struct tcp_options options;

	ck_assert(PARSE(true, &options, 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7));
	ck_assert_uint_eq(options.mss, 1460);
	ck_assert_uint_eq(options.mss_at, 22);
	ck_assert_uint_eq(options.scale, 7);
	ck_assert(options.sack_permitted && options.timestamps);
	ck_assert(PARSE(false, &options, 1, 1, 5, 10, 1, 2, 3, 4, 5, 6, 7, 8));
	ck_assert_uint_eq(options.sack_at, 24);
	ck_assert_uint_eq(options.sack_blocks, 1);
	ck_assert(tcp_options_parse(header, TCP_HEADER_LENGTH, true, &options));
	ck_assert_uint_eq(options.mss, 0);
	ck_assert_uint_eq(options.scale, TCP_NO_SCALE);
}
END_TEST

/* feature: C01-012 */
START_TEST(what_no_tcp_sends_is_refused)
{
	struct tcp_options options;

	ck_assert(!PARSE(true, &options, 1, 1, 1, 2));
	ck_assert(!PARSE(true, &options, 2, 0, 0, 0));
	ck_assert(!PARSE(true, &options, 2, 1, 0, 0));
	ck_assert(!PARSE(true, &options, 2, 5, 5, 5));
	ck_assert(!PARSE(true, &options, 254, 200, 0, 0));
	ck_assert(!PARSE(true, &options, 3, 4, 7, 7));
	ck_assert(!PARSE(true, &options, 4, 3, 0, 0));
	ck_assert(!PARSE(true, &options, 8, 8, 0, 0, 0, 0, 0, 0));
	ck_assert(!PARSE(false, &options, 5, 6, 0, 0, 0, 0, 0, 0));
	/* Which of the two would be believed? */
	ck_assert(!PARSE(true, &options, 2, 4, 5, 0, 2, 4, 5, 1));
	ck_assert(!PARSE(false, &options, 2, 4, 5, 0));
	ck_assert(!PARSE(false, &options, 3, 3, 7, 0));
	/* Behind the end nothing counts. */
	ck_assert(PARSE(true, &options, 0, 2, 1, 1));
	ck_assert(PARSE(true, &options, 3, 3, 200, 0));
	ck_assert_uint_eq(options.scale, TCP_SCALE_MAX);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, what_linux_sends_is_read);
	tcase_add_test(tests, what_no_tcp_sends_is_refused);
}

TEST_MAIN("tcp_options", add_tests)

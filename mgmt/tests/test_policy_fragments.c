/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/tests/built_policy.h"

static struct console console;

static void set_up(void)
{
	console_open(&console);
}

static void tear_down(void)
{
	console_close(&console);
}

/* feature: C28-005 C28-006 C28-007 C28-008 C28-009 */
START_TEST(lengths)
{
	struct policy_length_limits limits = build_settings(&console).length_limits;

	ck_assert_uint_eq(limits.tcp, 1480);
	ck_assert_uint_eq(limits.udp, 60000);
	ck_assert_uint_eq(limits.icmp, 10000);
	ck_assert_uint_eq(limits.gre, 2000);
	ck_assert_uint_eq(limits.esp, 2000);
	ck_assert_uint_eq(limits.ah, 2000);
	ck_assert_uint_eq(limits.skip, 2000);
	ck_assert_uint_eq(limits.ospf, 1480);
	ck_assert_uint_eq(limits.ipip, 2000);
	ck_assert_uint_eq(limits.ipcomp, 2000);
	ck_assert_uint_eq(limits.l2tp, 2000);
	ck_assert_uint_eq(limits.other, 1480);
	ck_assert_uint_eq(limits.log, 1);
	console_ok(&console,
	           "set Settings LengthLimSettings MaxTCPLen=101 MaxUDPLen=102 MaxICMPLen=103 MaxGRELen=104 "
	           "MaxESPLen=105 MaxAHLen=106 MaxSKIPLen=107 MaxOSPFLen=108 MaxIPIPLen=109 MaxIPCompLen=110 "
	           "MaxL2TPLen=111 MaxOtherSubIPLen=112 LogOversizedPackets=No");
	limits = build_settings(&console).length_limits;
	ck_assert_uint_eq(limits.tcp, 101);
	ck_assert_uint_eq(limits.udp, 102);
	ck_assert_uint_eq(limits.icmp, 103);
	ck_assert_uint_eq(limits.gre, 104);
	ck_assert_uint_eq(limits.esp, 105);
	ck_assert_uint_eq(limits.ah, 106);
	ck_assert_uint_eq(limits.skip, 107);
	ck_assert_uint_eq(limits.ospf, 108);
	ck_assert_uint_eq(limits.ipip, 109);
	ck_assert_uint_eq(limits.ipcomp, 110);
	ck_assert_uint_eq(limits.l2tp, 111);
	ck_assert_uint_eq(limits.other, 112);
	ck_assert_uint_eq(limits.log, 0);
	console_refused(&console, "set Settings LengthLimSettings MaxTCPLen=63", "64..65535");
}
END_TEST

/* feature: C28-010 C28-011 C28-012 C28-013 C28-014 C28-015 C28-016 C28-017 C28-018 C28-019 C28-020 C28-021 */
START_TEST(fragments)
{
	struct policy_fragments settings = build_settings(&console).fragments;

	ck_assert_uint_eq(settings.reassemblies_max, 1024);
	ck_assert_uint_eq(settings.illegal, POLICY_ILLEGAL_DROP_LOG);
	ck_assert_uint_eq(settings.duplicate_samples, 8);
	ck_assert_uint_eq(settings.failed_log, POLICY_REASSEMBLY_LOG_SUSPECT_SUBSEQUENT);
	ck_assert_uint_eq(settings.dropped_log, POLICY_FRAGMENT_LOG_SUSPECT);
	ck_assert_uint_eq(settings.duplicate_log, POLICY_FRAGMENT_LOG_SUSPECT);
	ck_assert_uint_eq(settings.icmp, POLICY_UNUSUAL_DROP_LOG);
	ck_assert_uint_eq(settings.length_min, 8);
	ck_assert_uint_eq(settings.timeout, 65);
	ck_assert_uint_eq(settings.time_limit, 90);
	ck_assert_uint_eq(settings.done_linger, 20);
	ck_assert_uint_eq(settings.illegal_linger, 60);
	ck_assert_uint_eq(settings.length_min_ipv6, 640);
	ck_assert_uint_eq(settings.reject_short_ipv6, 0);
	ck_assert_uint_eq(settings.ipv6_atomic, POLICY_UNUSUAL_IGNORE);
	console_ok(
	    &console,
	    "set Settings FragSettings PseudoReass_MaxConcurrent=0 IllegalFrags=DropLogAll "
	    "DuplicateFragData=Check512 FragReassemblyFail=LogAllSubseq DroppedFrags=LogAll "
	    "DuplicateFrags=NoLog "
	    "FragmentedICMP=Ignore MinimumFragLength=200 ReassTimeout=1 ReassTimeLimit=2 ReassDoneLinger=3 "
	    "ReassIllegalLinger=4 RejectMinimalFrag=Yes IPv6MinNonFinalFragment=1280 IPv6NopFrags=DropLog");
	settings = build_settings(&console).fragments;
	ck_assert_uint_eq(settings.reassemblies_max, 0);
	ck_assert_uint_eq(settings.illegal, POLICY_ILLEGAL_DROP_LOG_ALL);
	ck_assert_uint_eq(settings.duplicate_samples, 512);
	ck_assert_uint_eq(settings.failed_log, POLICY_REASSEMBLY_LOG_ALL_SUBSEQUENT);
	ck_assert_uint_eq(settings.dropped_log, POLICY_FRAGMENT_LOG_ALL);
	ck_assert_uint_eq(settings.duplicate_log, POLICY_FRAGMENT_NO_LOG);
	ck_assert_uint_eq(settings.icmp, POLICY_UNUSUAL_IGNORE);
	ck_assert_uint_eq(settings.length_min, 200);
	ck_assert_uint_eq(settings.timeout, 1);
	ck_assert_uint_eq(settings.time_limit, 2);
	ck_assert_uint_eq(settings.done_linger, 3);
	ck_assert_uint_eq(settings.illegal_linger, 4);
	ck_assert_uint_eq(settings.length_min_ipv6, 1280);
	ck_assert_uint_eq(settings.reject_short_ipv6, 1);
	ck_assert_uint_eq(settings.ipv6_atomic, POLICY_UNUSUAL_DROP_LOG);
	console_refused(&console, "set Settings FragSettings PseudoReass_MaxConcurrent=4097", "0..4096");
	console_refused(&console, "set Settings FragSettings DuplicateFragData=Check3", "Check2, Check4");
}
END_TEST

/* feature: C28-022 */
START_TEST(local_reassembly)
{
	struct policy_local_reassembly settings = build_settings(&console).local_reassembly;

	ck_assert_uint_eq(settings.reassemblies_max, 256);
	ck_assert_uint_eq(settings.size_max, 10000);
	ck_assert_uint_eq(settings.large_max, 32);
	console_ok(&console,
	           "set Settings LocalReassSettings LocalReass_MaxConcurrent=1 LocalReass_MaxSize=1280 "
	           "LocalReass_NumLarge=0");
	settings = build_settings(&console).local_reassembly;
	ck_assert_uint_eq(settings.reassemblies_max, 1);
	ck_assert_uint_eq(settings.size_max, 1280);
	ck_assert_uint_eq(settings.large_max, 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, lengths);
	tcase_add_test(tests, fragments);
	tcase_add_test(tests, local_reassembly);
}
TEST_MAIN("mgmt_policy_fragments", add_tests)

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_TESTS_SCHEMA_H
#define MGMT_TESTS_SCHEMA_H

/* The schema with hadrian-test.yang beside it (HADRIAN_TEST_MODULE), for what no other object type has. Tests
 * of one process. */

/* From here on HADRIAN_SCHEMA_DIR names a folder with both. Aborts the test where that fails. */
void test_schema_make(void);
/* The folder is gone. */
void test_schema_remove(void);

#endif

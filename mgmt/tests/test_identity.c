/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/heartbeat.h"
#include "lib/testing.h"
#include "mgmt/identity/certificate.h"
#include "mgmt/identity/identity.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[64], key_path[96], other_path[96], pem_path[2][96];

static void write_bytes(const char *path, const void *bytes, size_t length)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
	fclose(file);
}

static size_t read_bytes(const char *path, char bytes[8192])
{
	FILE *file = fopen(path, "r");
	size_t length;

	ck_assert_ptr_nonnull(file);
	length = fread(bytes, 1, 8192, file);
	fclose(file);
	return length;
}

static void set_up(void)
{
	uint8_t key[CLUSTER_KEY_LENGTH];

	strcpy(directory, "/tmp/hadrian-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(key_path, sizeof(key_path), "%s/cluster.key", directory);
	snprintf(other_path, sizeof(other_path), "%s/other.key", directory);
	snprintf(pem_path[0], sizeof(pem_path[0]), "%s/0.pem", directory);
	snprintf(pem_path[1], sizeof(pem_path[1]), "%s/1.pem", directory);
	memset(key, 1, sizeof(key));
	write_bytes(key_path, key, sizeof(key));
	memset(key, 2, sizeof(key));
	write_bytes(other_path, key, sizeof(key));
}

static void tear_down(void)
{
	unlink(key_path);
	unlink(other_path);
	unlink(pem_path[0]);
	unlink(pem_path[1]);
	rmdir(directory);
}

static void check_key(const char *pem, int type, int bits)
{
	FILE *file = fmemopen((void *)pem, strlen(pem), "r");
	EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	EVP_PKEY_CTX *context;

	fclose(file);
	ck_assert_ptr_nonnull(key);
	ck_assert_int_eq(EVP_PKEY_get_base_id(key), type);
	ck_assert_int_eq(EVP_PKEY_get_bits(key), bits);
	context = EVP_PKEY_CTX_new(key, NULL);
	ck_assert_int_eq(EVP_PKEY_check(context), 1);
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(key);
}

/* feature: C02-014 */
START_TEST(keys_follow_from_the_cluster_key_and_the_purpose)
{
	char one[IDENTITY_PEM_MAX], again[IDENTITY_PEM_MAX], other[IDENTITY_PEM_MAX];

	ck_assert_int_eq(identity_ecdsa(key_path, "purpose", one), 0);
	check_key(one, EVP_PKEY_EC, 256);
	ck_assert_int_eq(identity_ecdsa(key_path, "purpose", again), 0);
	ck_assert_str_eq(one, again);
	ck_assert_int_eq(identity_ecdsa(key_path, "other purpose", other), 0);
	ck_assert_str_ne(one, other);
	ck_assert_int_eq(identity_ecdsa(other_path, "purpose", other), 0);
	ck_assert_str_ne(one, other);
	ck_assert_int_eq(identity_rsa(key_path, "purpose", one), 0);
	check_key(one, EVP_PKEY_RSA, 3072);
	ck_assert_int_eq(identity_rsa(key_path, "purpose", again), 0);
	ck_assert_str_eq(one, again);
}
END_TEST

/* The first four bytes of its SHA-256. */
static uint32_t digest_of(const char *text)
{
	uint8_t digest[32];

	ck_assert_int_eq(EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL), 1);
	return (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 | digest[3];
}

/* Clients know these keys: an update of the system must not change them. */
START_TEST(keys_stay_what_they_are_with_another_library)
{
	char mark[IDENTITY_MARK_MAX], pem[IDENTITY_PEM_MAX];

	ck_assert_int_eq(identity_mark(key_path, mark), 0);
	ck_assert_str_eq(mark, "d6b6a6f98b56bf6f6ff599ae953120a7");
	ck_assert_int_eq(identity_rsa(key_path, "hadrian ssh host key rsa", pem), 0);
	ck_assert_uint_eq(digest_of(pem), 517883719u);
	ck_assert_int_eq(identity_ecdsa(key_path, "hadrian ssh host key ecdsa", pem), 0);
	ck_assert_uint_eq(digest_of(pem), 1495898754u);
}
END_TEST

START_TEST(without_a_cluster_key_nothing_follows)
{
	char pem[IDENTITY_PEM_MAX];

	unlink(key_path);
	ck_assert_int_eq(identity_ecdsa(key_path, "purpose", pem), -ENOENT);
	ck_assert_int_eq(identity_rsa(key_path, "purpose", pem), -ENOENT);
	write_bytes(key_path, "short", 5);
	ck_assert_int_eq(identity_ecdsa(key_path, "purpose", pem), -EINVAL);
}
END_TEST

START_TEST(both_nodes_have_the_same_certificate)
{
	char one[8192], two[8192];
	size_t length;

	ck_assert_int_eq(certificate_ensure(pem_path[0], key_path, "master"), 0);
	ck_assert_int_eq(certificate_ensure(pem_path[1], key_path, "slave"), 0);
	length = read_bytes(pem_path[0], one);
	ck_assert_uint_eq(read_bytes(pem_path[1], two), length);
	ck_assert_mem_eq(one, two, length);
	/* Another cluster key: another certificate. */
	ck_assert_int_eq(certificate_ensure(pem_path[1], other_path, "slave"), 0);
	ck_assert(read_bytes(pem_path[1], two) != length || memcmp(one, two, length) != 0);
}
END_TEST

START_TEST(a_node_alone_has_a_certificate_of_its_own_until_it_has_a_cluster_key)
{
	char one[8192], two[8192];
	size_t length;

	ck_assert_int_eq(certificate_ensure(pem_path[0], "/nonexistent", "alone"), 0);
	length = read_bytes(pem_path[0], one);
	ck_assert_int_eq(certificate_ensure(pem_path[0], "/nonexistent", "alone"), 0);
	ck_assert_uint_eq(read_bytes(pem_path[0], two), length);
	ck_assert_mem_eq(one, two, length);
	ck_assert_int_eq(certificate_ensure(pem_path[0], key_path, "alone"), 0);
	ck_assert(read_bytes(pem_path[0], two) != length || memcmp(one, two, length) != 0);
}
END_TEST

START_TEST(a_certificate_of_the_administrators_stays)
{
	char command[512], one[8192], two[8192];
	size_t length;

	snprintf(
	    command, sizeof(command),
	    "cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=mine "
	    "-keyout key -out crt 2> /dev/null && cat key crt > 0.pem && rm key crt",
	    directory);
	ck_assert_int_eq(system(command), 0);
	length = read_bytes(pem_path[0], one);
	ck_assert_int_eq(certificate_ensure(pem_path[0], key_path, "x"), 0);
	ck_assert_uint_eq(read_bytes(pem_path[0], two), length);
	ck_assert_mem_eq(one, two, length);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, keys_follow_from_the_cluster_key_and_the_purpose);
	tcase_add_test(tests, keys_stay_what_they_are_with_another_library);
	tcase_add_test(tests, without_a_cluster_key_nothing_follows);
	tcase_add_test(tests, both_nodes_have_the_same_certificate);
	tcase_add_test(tests, a_node_alone_has_a_certificate_of_its_own_until_it_has_a_cluster_key);
	tcase_add_test(tests, a_certificate_of_the_administrators_stays);
}

TEST_MAIN("mgmt_identity", add_tests)

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/identity/identity.h"
#include "lib/heartbeat.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RSA_BITS     3072
#define SEED_LENGTH  32 /* twice the strength of RSA_BITS, FIPS 186-4, B.3.2.1 */
#define P256_LENGTH  32
#define MARK_LENGTH  16
#define LABEL_MAX    64
#define POINT_LENGTH (1 + 2 * P256_LENGTH)

static int read_key(const char *path, uint8_t key[CLUSTER_KEY_LENGTH])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;
	uint8_t more;

	if (fd < 0)
		return -errno;
	if (read(fd, key, CLUSTER_KEY_LENGTH) != CLUSTER_KEY_LENGTH || read(fd, &more, 1) != 0)
		error = -EINVAL;
	close(fd);
	return error;
}

int identity_derive(const char *cluster_key, const char *label, uint8_t *out, size_t length)
{
	uint8_t key[CLUSTER_KEY_LENGTH];
	int error = read_key(cluster_key, key);
	EVP_KDF *function = error ? NULL : EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = function ? EVP_KDF_CTX_new(function) : NULL;
	OSSL_PARAM parameters[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, "SHA256", 0),
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key, sizeof(key)),
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)label, strlen(label)),
	    OSSL_PARAM_construct_end(),
	};

	if (!error && (!context || EVP_KDF_derive(context, out, length, parameters) != 1))
		error = -EIO;
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(function);
	OPENSSL_cleanse(key, sizeof(key));
	return error;
}

int identity_mark(const char *cluster_key, char mark[IDENTITY_MARK_MAX])
{
	uint8_t bytes[MARK_LENGTH];
	int error = identity_derive(cluster_key, "hadrian identity mark", bytes, sizeof(bytes));

	for (size_t i = 0; i < sizeof(bytes) && !error; i++)
		snprintf(mark + 2 * i, 3, "%02x", bytes[i]);
	return error;
}

/* A private number and its point on P-256, as a key. NULL where it cannot be. */
static EVP_PKEY *make_key(const EC_GROUP *group, const BIGNUM *number)
{
	EC_POINT *point = EC_POINT_new(group);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM *parameters = NULL;
	uint8_t octets[POINT_LENGTH];
	EVP_PKEY *key = NULL;

	if (point && build && context && EC_POINT_mul(group, point, number, NULL, NULL, NULL) &&
	    EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, octets, sizeof(octets), NULL) ==
	        sizeof(octets) &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number) &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, octets, sizeof(octets)))
		parameters = OSSL_PARAM_BLD_to_param(build);
	if (!parameters || EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) != 1)
		key = NULL;
	OSSL_PARAM_free(parameters);
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_BLD_free(build);
	EC_POINT_free(point);
	return key;
}

static int write_pem(EVP_PKEY *key, char pem[IDENTITY_PEM_MAX])
{
	FILE *file = fmemopen(pem, IDENTITY_PEM_MAX, "w");
	int error = 0;

	if (!file)
		return -ENOMEM;
	if (!PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL))
		error = -EIO;
	if (fclose(file))
		error = -EIO;
	return error;
}

/* Candidates until one is in the range of private keys; the first one is, but for one chance in 2^32. */
static int find_number(const char *cluster_key, const char *label, const EC_GROUP *group, BIGNUM *number)
{
	uint8_t bytes[P256_LENGTH];
	char numbered[LABEL_MAX + 16];
	int error = -EIO;

	for (unsigned i = 0; i < 8; i++) {
		snprintf(numbered, sizeof(numbered), "%.*s %u", LABEL_MAX, label, i);
		error = identity_derive(cluster_key, numbered, bytes, sizeof(bytes));
		if (error)
			break;
		error = BN_bin2bn(bytes, sizeof(bytes), number) ? 0 : -EIO;
		if (error || (!BN_is_zero(number) && BN_cmp(number, EC_GROUP_get0_order(group)) < 0))
			break;
		error = -EIO;
	}
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return error;
}

int identity_ecdsa(const char *cluster_key, const char *label, char pem[IDENTITY_PEM_MAX])
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	BIGNUM *number = BN_secure_new();
	EVP_PKEY *key = NULL;
	int error = -ENOMEM;

	if (group && number) {
		BN_set_flags(number, BN_FLG_CONSTTIME);
		error = find_number(cluster_key, label, group, number);
	}
	if (!error) {
		key = make_key(group, number);
		error = key ? write_pem(key, pem) : -EIO;
	}
	EVP_PKEY_free(key);
	BN_clear_free(number);
	EC_GROUP_free(group);
	return error;
}

static int generate(gnutls_x509_privkey_t key, uint8_t seed[SEED_LENGTH], char pem[IDENTITY_PEM_MAX])
{
	gnutls_keygen_data_st data = {.type = GNUTLS_KEYGEN_SEED, .data = seed, .size = SEED_LENGTH};
	size_t length = IDENTITY_PEM_MAX - 1;

	/* The form that every program reads; the seed is not in it. */
	if (gnutls_x509_privkey_generate2(key, GNUTLS_PK_RSA, RSA_BITS,
	                                  GNUTLS_PRIVKEY_FLAG_PROVABLE | GNUTLS_PRIVKEY_FLAG_EXPORT_COMPAT,
	                                  &data, 1) < 0 ||
	    gnutls_x509_privkey_export(key, GNUTLS_X509_FMT_PEM, pem, &length) < 0)
		return -EIO;
	pem[length] = 0;
	return 0;
}

int identity_rsa(const char *cluster_key, const char *label, char pem[IDENTITY_PEM_MAX])
{
	gnutls_x509_privkey_t key;
	uint8_t seed[SEED_LENGTH];
	int error = identity_derive(cluster_key, label, seed, sizeof(seed));

	if (!error && gnutls_x509_privkey_init(&key) < 0)
		error = -ENOMEM;
	if (!error) {
		error = generate(key, seed, pem);
		gnutls_x509_privkey_deinit(key);
	}
	OPENSSL_cleanse(seed, sizeof(seed));
	return error;
}

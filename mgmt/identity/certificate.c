/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/identity/certificate.h"
#include "mgmt/identity/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ORGANIZATION "Hadrian"
#define LABEL        "hadrian https key"
#define DAYS         3650

/* What is not the key's in a certificate. */
struct terms {
	uint64_t serial;
	const char *common_name;
	bool for_ever; /* with fixed dates: RFC 5280, 4.1.2.5 */
};

static bool set_times(X509 *certificate, bool for_ever)
{
	if (!for_ever)
		return X509_gmtime_adj(X509_getm_notBefore(certificate), -86400) &&
		       X509_gmtime_adj(X509_getm_notAfter(certificate), 86400L * DAYS);
	return ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "20260101000000Z") &&
	       ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "99991231235959Z");
}

static X509 *make_certificate(EVP_PKEY *key, const struct terms *terms)
{
	X509 *certificate = X509_new();
	X509_NAME *name = certificate ? X509_get_subject_name(certificate) : NULL;
	bool done = name && X509_set_version(certificate, X509_VERSION_3) &&
	            ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), terms->serial >> 1 | 1) &&
	            set_times(certificate, terms->for_ever) && X509_set_pubkey(certificate, key) &&
	            X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, (const unsigned char *)ORGANIZATION,
	                                       -1, -1, 0) &&
	            X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	                                       (const unsigned char *)terms->common_name, -1, -1, 0) &&
	            X509_set_issuer_name(certificate, name) && X509_sign(certificate, key, EVP_sha256());

	if (!done) {
		X509_free(certificate);
		return NULL;
	}
	return certificate;
}

static int write_pem(const char *path, EVP_PKEY *key, X509 *certificate)
{
	char temporary[512];
	FILE *file;
	int fd, error = 0;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file)
		return -errno;
	if (!PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) ||
	    !PEM_write_X509(file, certificate) || fflush(file) || fsync(fd))
		error = -EIO;
	if (fclose(file) && !error)
		error = -EIO;
	if (!error && rename(temporary, path))
		error = -errno;
	return error;
}

/* RFC 6979: the same signature every time, which OpenSSL 3.0 cannot make. */
static int sign_again(X509 *certificate, const char *pem)
{
	gnutls_datum_t text = {(unsigned char *)pem, (unsigned)strlen(pem)}, body = {0}, signature = {0};
	const ASN1_BIT_STRING *place;
	gnutls_privkey_t key = NULL;
	int length = i2d_re_X509_tbs(certificate, &body.data), error = -EIO;

	body.size = length > 0 ? (unsigned)length : 0;
	if (length > 0 && gnutls_privkey_init(&key) >= 0 &&
	    gnutls_privkey_import_x509_raw(key, &text, GNUTLS_X509_FMT_PEM, NULL, 0) >= 0 &&
	    gnutls_privkey_sign_data2(key, GNUTLS_SIGN_ECDSA_SHA256, GNUTLS_PRIVKEY_FLAG_REPRODUCIBLE, &body,
	                              &signature) >= 0) {
		X509_get0_signature(&place, NULL, certificate);
		/* The certificate is ours to change; there is no function that sets a signature. */
		if (ASN1_STRING_set((ASN1_BIT_STRING *)place, signature.data, (int)signature.size))
			error = 0;
	}
	gnutls_free(signature.data);
	gnutls_privkey_deinit(key);
	OPENSSL_free(body.data);
	return error;
}

static int make_own(const char *path, const char *common_name)
{
	struct terms terms = {.common_name = common_name};
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = NULL;
	int error;

	if (key && RAND_bytes((unsigned char *)&terms.serial, sizeof(terms.serial)) == 1)
		certificate = make_certificate(key, &terms);
	error = certificate ? write_pem(path, key, certificate) : -EIO;
	X509_free(certificate);
	EVP_PKEY_free(key);
	return error;
}

/* Whether what is there came neither from another cluster key nor from none. */
static bool stays(const char *path, EVP_PKEY *key)
{
	FILE *file = fopen(path, "re");
	X509 *certificate = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
	char organization[64] = "";
	bool ours = false, same = false;

	if (certificate) {
		const X509_NAME *name = X509_get_issuer_name(certificate);

		X509_NAME_get_text_by_NID(name, NID_organizationName, organization, sizeof(organization));
		ours = !strcmp(organization, ORGANIZATION) &&
		       !X509_NAME_cmp(name, X509_get_subject_name(certificate));
		same = X509_check_private_key(certificate, key) == 1;
	}
	X509_free(certificate);
	if (file)
		fclose(file);
	return file && (same || !ours);
}

static int make_shared(const char *path, const char *cluster_key, char pem[IDENTITY_PEM_MAX])
{
	struct terms terms = {.common_name = "cluster", .for_ever = true};
	BIO *text = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = text ? PEM_read_bio_PrivateKey(text, NULL, NULL, NULL) : NULL;
	X509 *certificate = NULL;
	int error = key ? 0 : -EIO;

	if (!error && !stays(path, key)) {
		error = identity_derive(cluster_key, "hadrian https serial", (uint8_t *)&terms.serial,
		                        sizeof(terms.serial));
		certificate = error ? NULL : make_certificate(key, &terms);
		if (!error)
			error = certificate ? sign_again(certificate, pem) : -EIO;
		if (!error)
			error = write_pem(path, key, certificate);
	}
	X509_free(certificate);
	EVP_PKEY_free(key);
	BIO_free(text);
	return error;
}

int certificate_ensure(const char *path, const char *cluster_key, const char *common_name)
{
	char pem[IDENTITY_PEM_MAX];
	int error = identity_ecdsa(cluster_key, LABEL, pem);

	if (!error)
		error = make_shared(path, cluster_key, pem);
	/* A file that is no cluster key is what the datapath and clusterd complain about. */
	else if (error == -ENOENT || error == -EINVAL)
		error = access(path, F_OK) ? make_own(path, common_name) : 0;
	OPENSSL_cleanse(pem, sizeof(pem));
	return error;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#define DAYS 3650

static bool set_serial(X509 *certificate)
{
	uint64_t serial;

	if (RAND_bytes((unsigned char *)&serial, sizeof(serial)) != 1)
		return false;
	return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1 | 1);
}

static X509 *make_certificate(EVP_PKEY *key, const char *common_name)
{
	X509 *certificate = X509_new();
	X509_NAME *name = certificate ? X509_get_subject_name(certificate) : NULL;
	bool done = name && X509_set_version(certificate, X509_VERSION_3) && set_serial(certificate) &&
	            X509_gmtime_adj(X509_getm_notBefore(certificate), -86400) &&
	            X509_gmtime_adj(X509_getm_notAfter(certificate), 86400L * DAYS) &&
	            X509_set_pubkey(certificate, key) &&
	            X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, (const unsigned char *)"Hadrian", -1,
	                                       -1, 0) &&
	            X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name,
	                                       -1, -1, 0) &&
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

int certificate_ensure(const char *path, const char *common_name)
{
	EVP_PKEY *key;
	X509 *certificate;
	int error;

	if (!access(path, F_OK))
		return 0;
	key = EVP_EC_gen("P-256");
	certificate = key ? make_certificate(key, common_name) : NULL;
	error = certificate ? write_pem(path, key, certificate) : -EIO;
	X509_free(certificate);
	EVP_PKEY_free(key);
	return error;
}

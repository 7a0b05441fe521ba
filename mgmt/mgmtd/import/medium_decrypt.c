/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/import/medium.h"

#include <openssl/pem.h>

/* Behind pem.h, with which it declares more. */
#include <errno.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Key and certificate of a PEM file, in whichever order. Returns 0 or -errno. */
static int read_identity(const char *path, EVP_PKEY **key, X509 **certificate)
{
	FILE *file = fopen(path, "re");

	*key = NULL;
	*certificate = NULL;
	if (!file)
		return -errno;
	*key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	rewind(file);
	*certificate = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	return *key && *certificate ? 0 : -EKEYREJECTED;
}

static CMS_ContentInfo *read_envelope(const char *bytes, size_t length)
{
	BIO *in = BIO_new_mem_buf(bytes, (int)length);
	CMS_ContentInfo *envelope = NULL;

	if (in && length > 5 && !memcmp(bytes, "-----", 5))
		envelope = PEM_read_bio_CMS(in, NULL, NULL, NULL);
	else if (in)
		envelope = d2i_CMS_bio(in, NULL);
	BIO_free(in);
	return envelope;
}

/* What is in memory goes to the caller. Returns 0 or -errno. */
static int take(BIO *memory, char **out, size_t *out_length)
{
	char *data;
	long length = BIO_get_mem_data(memory, &data);

	if (length <= 0)
		return -EBADMSG;
	*out = malloc((size_t)length + 1);
	if (!*out)
		return -ENOMEM;
	memcpy(*out, data, (size_t)length);
	(*out)[length] = 0;
	*out_length = (size_t)length;
	return 0;
}

int medium_decrypt(const char *bytes, size_t length, const char *key_path, char **out, size_t *out_length)
{
	CMS_ContentInfo *envelope;
	X509 *certificate;
	EVP_PKEY *key;
	BIO *clear = BIO_new(BIO_s_secmem());
	int error = read_identity(key_path, &key, &certificate);

	*out = NULL;
	*out_length = 0;
	envelope = error ? NULL : read_envelope(bytes, length);
	if (!error && (!envelope || !clear || CMS_decrypt(envelope, key, certificate, NULL, clear, 0) != 1))
		error = -EBADMSG;
	if (!error)
		error = take(clear, out, out_length);
	CMS_ContentInfo_free(envelope);
	X509_free(certificate);
	EVP_PKEY_free(key);
	BIO_free(clear);
	ERR_clear_error();
	return error;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/backup/certificate.h"
#include "mgmt/mgmtd/files/file_read.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#define DER_MAX  (CERTIFICATE_LINE_MAX / 4 * 3)
#define TEXT_MAX (64 << 10) /* of a file: PEM with what openssl prints above it */

X509 *certificate_read(const char *line)
{
	unsigned char der[DER_MAX];
	const unsigned char *at = der;
	size_t length = strlen(line);
	X509 *certificate;
	int count;

	if (length < 4 || length >= CERTIFICATE_LINE_MAX || length % 4)
		return NULL;
	count = EVP_DecodeBlock(der, (const unsigned char *)line, (int)length);
	count -= (line[length - 1] == '=') + (line[length - 2] == '=');
	certificate = count > 0 ? d2i_X509(NULL, &at, count) : NULL;
	if (certificate && at != der + count) {
		X509_free(certificate);
		certificate = NULL;
	}
	ERR_clear_error();
	return certificate;
}

static const char *print(X509 *certificate, char line[CERTIFICATE_LINE_MAX])
{
	unsigned char der[DER_MAX], *at = der;
	int length = i2d_X509(certificate, NULL);

	if (length <= 0 || length > DER_MAX - 4)
		return "it is too large for a certificate";
	i2d_X509(certificate, &at);
	EVP_EncodeBlock((unsigned char *)line, der, length);
	return NULL;
}

static const char *take_pem(const char *text, char line[CERTIFICATE_LINE_MAX])
{
	BIO *in = BIO_new_mem_buf(text, -1);
	X509 *first = in ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
	X509 *second = first ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
	const char *why = "it is no certificate in PEM (BEGIN CERTIFICATE)";

	if (second)
		why = "there must be one certificate; give each an object of its own";
	else if (first)
		why = print(first, line);
	X509_free(first);
	X509_free(second);
	BIO_free(in);
	ERR_clear_error();
	return why;
}

int certificate_take(const char *typed, char line[CERTIFICATE_LINE_MAX], const char **why)
{
	static char text[TEXT_MAX];
	X509 *certificate = certificate_read(typed);
	int error = 0;

	if (certificate) {
		*why = print(certificate, line);
		X509_free(certificate);
	} else if (strncmp(typed, "file://", 7) != 0) {
		*why = take_pem(typed, line);
	} else {
		typed += 7;
		error = file_read_text(typed + (*typed == '/'), text, sizeof(text));
		if (error == -ENOENT)
			*why = "there is no such file; copy it to the firewall with scp first";
		else
			*why = error ? "that file is no text of at most 64 kB" : take_pem(text, line);
	}
	return *why ? -EINVAL : 0;
}

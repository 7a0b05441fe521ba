/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SYSTEM_SIGNATURE_H
#define SYSTEM_SIGNATURE_H

/* Detached signatures (CMS SignedData in DER, RFC 5652, 5.1) of what is brought to a node. Any thread. */

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#define SIGNATURE_MAX (16 << 10) /* bytes of a signature with its signer's certificates */

enum signature_result {
	SIGNATURE_GOOD,
	SIGNATURE_DAMAGED, /* it is no signature */
	SIGNATURE_CHANGED, /* it is not of this content, or does not hold its signer's certificate */
	SIGNATURE_FOREIGN, /* its signer is nobody that is trusted, or not any more */
};

struct signature_signer {
	char subject[128]; /* as "CN=Factory,O=Works"; "" where it is not known */
	char error[96];    /* why it is foreign, "" where it is not */
	bool code;         /* every signer's certificate is for signing code */
};

/*
 * Makes a store of certificates that are trusted: signers' own, or authorities' (X509_STORE_add_cert). What a certificate is
 * for is the caller's to judge. NULL where there is no memory.
 */
X509_STORE *signature_trust_new(void);
/* content of length bytes, der of der_length bytes at most SIGNATURE_MAX. Any bytes are safe to give. */
enum signature_result signature_check(const void *content, size_t length, const void *der, size_t der_length,
                                      X509_STORE *trust, struct signature_signer *signer);

#endif

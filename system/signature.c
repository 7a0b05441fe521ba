/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "system/signature.h"

#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

X509_STORE *signature_trust_new(void)
{
	X509_STORE *store = X509_STORE_new();

	if (!store)
		return NULL;
	/* One signer's own certificate may be trusted, without its issuer. */
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
	return store;
}

static void describe_subject(X509 *certificate, char text[128])
{
	BIO *out = BIO_new(BIO_s_mem());
	int length = 0;

	if (out && X509_NAME_print_ex(out, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253) >= 0)
		length = BIO_read(out, text, 127);
	text[length > 0 ? length : 0] = 0;
	BIO_free(out);
}

static void describe_signers(CMS_ContentInfo *signature, struct signature_signer *signer)
{
	STACK_OF(X509) *signers = CMS_get0_signers(signature);
	int count = signers ? sk_X509_num(signers) : 0;

	signer->code = count > 0;
	if (count > 0)
		describe_subject(sk_X509_value(signers, 0), signer->subject);
	for (int i = 0; i < count; i++) {
		X509 *one = sk_X509_value(signers, i);

		signer->code = signer->code && X509_get_extension_flags(one) & EXFLAG_XKUSAGE &&
		               X509_get_extended_key_usage(one) & XKU_CODE_SIGN;
	}
	sk_X509_free(signers);
}

/* What OpenSSL says of the chain, such as "certificate has expired". */
static void describe_error(char text[96])
{
	static const char before[] = "Verify error:";
	const char *data = NULL;
	int flags = 0;

	ERR_peek_last_error_all(NULL, NULL, NULL, &data, &flags);
	if (data && flags & ERR_TXT_STRING && !strncmp(data, before, sizeof(before) - 1))
		snprintf(text, 96, "%s", data + sizeof(before) - 1);
	else
		snprintf(text, 96, "its certificate is not trusted");
}

static bool verifies(CMS_ContentInfo *signature, X509_STORE *trust, const void *content, size_t length,
                     unsigned flags)
{
	BIO *in = BIO_new_mem_buf(content, (int)length);
	bool good = in && CMS_verify(signature, NULL, trust, in, NULL, CMS_BINARY | flags) == 1;

	BIO_free(in);
	return good;
}

static enum signature_result check(CMS_ContentInfo *signature, const void *content, size_t length,
                                   X509_STORE *trust, struct signature_signer *signer)
{
	if (OBJ_obj2nid(CMS_get0_type(signature)) != NID_pkcs7_signed || CMS_is_detached(signature) != 1)
		return SIGNATURE_DAMAGED;
	/* First whether it is of this content at all, which needs nobody's trust. */
	if (!verifies(signature, trust, content, length, CMS_NO_SIGNER_CERT_VERIFY))
		return SIGNATURE_CHANGED;
	describe_signers(signature, signer);
	ERR_clear_error();
	if (!verifies(signature, trust, content, length, 0)) {
		describe_error(signer->error);
		return SIGNATURE_FOREIGN;
	}
	return SIGNATURE_GOOD;
}

enum signature_result signature_check(const void *content, size_t length, const void *der, size_t der_length,
                                      X509_STORE *trust, struct signature_signer *signer)
{
	enum signature_result result = SIGNATURE_DAMAGED;
	const unsigned char *at = der;
	CMS_ContentInfo *signature;

	memset(signer, 0, sizeof(*signer));
	if (!der_length || der_length > SIGNATURE_MAX || length > INT_MAX)
		return result;
	signature = d2i_CMS_ContentInfo(NULL, &at, (long)der_length);
	if (signature && at == (const unsigned char *)der + der_length)
		result = check(signature, content, length, trust, signer);
	CMS_ContentInfo_free(signature);
	ERR_clear_error();
	return result;
}

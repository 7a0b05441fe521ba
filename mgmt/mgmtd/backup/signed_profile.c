/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/backup/signed_profile.h"
#include "mgmt/mgmtd/backup/certificate.h"
#include "mgmt/mgmtd/backup/signature_lines.h"

#include <errno.h>
#include <string.h>

/* Certificates of every ProfileSigner in use. */
static X509_STORE *load_trust(const struct configuration *configuration)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "ProfileSigner");
	X509_STORE *trust = signature_trust_new();

	for (struct lyd_node *object = trust ? object_first(configuration, type, NULL) : NULL; object;
	     object = object_next(object)) {
		X509 *certificate = object_disabled(type, object)
		                        ? NULL
		                        : certificate_read(value_of(type, object, "Certificate"));

		if (certificate)
			X509_STORE_add_cert(trust, certificate);
		X509_free(certificate);
	}
	return trust;
}

bool signed_profile_needed(const struct engine *engine)
{
	const struct configuration *configuration = &engine->running;
	const struct object_type *type =
	    schema_type(configuration->schema, NULL, "ConfigurationProfileSettings");

	return !strcmp(value_of(type, object_find(configuration, type, NULL, NULL), "SignedOnly"), "Yes");
}

static int judge(const struct engine *engine, const char *bytes, size_t length, const uint8_t *der,
                 size_t der_length, FILE *out, char reason[256])
{
	struct signature_signer signer;
	X509_STORE *trust = load_trust(&engine->running);
	enum signature_result result;

	if (!trust)
		return -ENOMEM;
	result = signature_check(bytes, length, der, der_length, trust, &signer);
	X509_STORE_free(trust);
	if (result == SIGNATURE_GOOD) {
		fprintf(out, "Signed by %s.\n", signer.subject);
		return 0;
	}
	if (result == SIGNATURE_DAMAGED)
		snprintf(reason, 256, "its signature is damaged");
	else if (result == SIGNATURE_CHANGED)
		snprintf(reason, 256,
		         "its signature is not of this file, which was changed since, or does not hold its "
		         "signer's certificate");
	else
		snprintf(reason, 256, "it is signed by %.120s, whom no ProfileSigner lets sign here (%.60s)",
		         signer.subject, signer.error);
	return -EBADMSG;
}

int signed_profile_check(const struct engine *engine, const char *bytes, size_t *length, FILE *out,
                         char reason[256])
{
	static uint8_t der[SIGNATURE_MAX];
	bool needed = signed_profile_needed(engine);
	size_t body, der_length;
	int error = signature_split(bytes, *length, &body, der, &der_length, reason);

	if (error)
		return error;
	*length = body;
	if (!needed) {
		if (der_length)
			fputs("Its signature was not looked at: ConfigurationProfileSettings SignedOnly is "
			      "No.\n",
			      out);
		return 0;
	}
	if (!der_length) {
		snprintf(reason, 256,
		         "it has no signature, and ConfigurationProfileSettings SignedOnly takes only what a "
		         "ProfileSigner signed");
		return -EBADMSG;
	}
	return judge(engine, bytes, body, der, der_length, out, reason);
}

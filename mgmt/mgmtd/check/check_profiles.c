/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/backup/certificate.h"
#include "mgmt/mgmtd/check/check.h"

#include <string.h>

void check_profiles(const struct configuration *configuration, struct problems *problems)
{
	const struct object_type *settings =
	    schema_type(configuration->schema, NULL, "ConfigurationProfileSettings");
	const struct object_type *type = schema_type(configuration->schema, NULL, "ProfileSigner");
	const struct lyd_node *setting = object_find(configuration, settings, NULL, NULL);
	unsigned count = 0;

	for (struct lyd_node *object = object_first(configuration, type, NULL); object;
	     object = object_next(object)) {
		const char *line = value_of(type, object, "Certificate");
		X509 *certificate;

		if (object_disabled(type, object))
			continue;
		count++;
		certificate = certificate_read(line);
		if (*line && !certificate)
			problem(problems, type, object,
			        "Certificate is no certificate. Set it to file://NAME");
		X509_free(certificate);
	}
	if (!count && !strcmp(value_of(settings, setting, "SignedOnly"), "Yes"))
		problem(
		    problems, settings, setting,
		    "SignedOnly=Yes needs a ProfileSigner: 'add ProfileSigner NAME Certificate=file://NAME'");
}

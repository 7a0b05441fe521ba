/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/login/password.h"

#include <crypt.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of no password: what an unknown user's is compared with. */
#define NOBODY "$y$j9T$uTKTKsXQLl2jzaVf71rmS1$CyGkfAVRvLeHN/QsJHWsJ5Z8eBIBSNjVhdqAckTkG0."

static int hash_with(const char *password, const char *setting, char hash[PASSWORD_HASH_MAX])
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *result;
	int error = 0;

	if (!data)
		return -ENOMEM;
	result = crypt_r(password, setting, data);
	if (!result || result[0] == '*' || strlen(result) >= PASSWORD_HASH_MAX)
		error = -EINVAL;
	else
		strcpy(hash, result);
	OPENSSL_cleanse(data, sizeof(*data));
	free(data);
	return error;
}

int password_hash(const char *password, char hash[PASSWORD_HASH_MAX])
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];

	if (strlen(password) > PASSWORD_MAX)
		return -E2BIG;
	if (!crypt_gensalt_rn("$y$", 0, NULL, 0, setting, sizeof(setting)))
		return -errno;
	return hash_with(password, setting, hash);
}

bool password_matches(const char *password, const char *hash)
{
	char computed[PASSWORD_HASH_MAX] = "";
	const char *against = hash ? hash : NOBODY;
	size_t length = strlen(against);
	bool equal;

	if (strlen(password) > PASSWORD_MAX || hash_with(password, against, computed))
		return false;
	equal = strlen(computed) == length && !CRYPTO_memcmp(computed, against, length);
	OPENSSL_cleanse(computed, sizeof(computed));
	return equal && hash;
}

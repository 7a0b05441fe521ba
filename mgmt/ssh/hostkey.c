/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/ssh/hostkey.h"
#include "lib/paths.h"
#include "mgmt/ssh/settings.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	unsigned key;
	enum ssh_keytypes_e type;
	int bits;
	const char *path;
} kinds[] = {{SSH_SETTINGS_ECDSA, SSH_KEYTYPE_ECDSA_P256, 256, PATH_STATE_DIRECTORY "/ssh_host_ecdsa_key"},
             {SSH_SETTINGS_RSA, SSH_KEYTYPE_RSA, 3072, PATH_STATE_DIRECTORY "/ssh_host_rsa_key"}};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

/* Under another name first: a key is there whole or not at all. */
static int make(size_t kind)
{
	char path[128];
	ssh_key key = NULL;
	int error = 0;

	snprintf(path, sizeof(path), "%s.new", kinds[kind].path);
	if (ssh_pki_generate(kinds[kind].type, kinds[kind].bits, &key) != SSH_OK)
		return -EIO;
	unlink(path);
	if (ssh_pki_export_privkey_file(key, NULL, NULL, NULL, path) != SSH_OK)
		error = -EIO;
	else if (chmod(path, 0600) || rename(path, kinds[kind].path))
		error = -errno;
	ssh_key_free(key);
	return error;
}

int hostkey_ensure(void)
{
	int error = 0;

	for (size_t i = 0; i < KINDS && !error; i++)
		if (access(kinds[i].path, R_OK))
			error = make(i);
	return error;
}

int hostkey_load(ssh_bind bind, unsigned keys)
{
	for (size_t i = 0; i < KINDS; i++) {
		ssh_key key = NULL;

		if (!(keys & kinds[i].key))
			continue;
		if (ssh_pki_import_privkey_file(kinds[i].path, NULL, NULL, NULL, &key) != SSH_OK)
			return -EIO;
		if (ssh_bind_options_set(bind, SSH_BIND_OPTIONS_IMPORT_KEY, key) != SSH_OK) {
			ssh_key_free(key);
			return -EIO;
		}
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/ssh/hostkey.h"
#include "lib/paths.h"
#include "mgmt/identity/identity.h"
#include "mgmt/ssh/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ORIGIN PATH_STATE_DIRECTORY "/ssh_host_keys.origin" /* which cluster key they are made of */

static const struct kind {
	unsigned key;
	enum ssh_keytypes_e type;
	int bits;
	const char *path, *label;
	int (*derive)(const char *cluster_key, const char *label, char pem[IDENTITY_PEM_MAX]);
} kinds[] = {{SSH_SETTINGS_ECDSA, SSH_KEYTYPE_ECDSA_P256, 256, PATH_STATE_DIRECTORY "/ssh_host_ecdsa_key",
              "hadrian ssh host key ecdsa", identity_ecdsa},
             {SSH_SETTINGS_RSA, SSH_KEYTYPE_RSA, 3072, PATH_STATE_DIRECTORY "/ssh_host_rsa_key",
              "hadrian ssh host key rsa", identity_rsa}};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

/* Under another name first: a file is there whole or not at all. */
static int write_file(const char *path, const char *text)
{
	char temporary[128];
	FILE *file;
	int fd, error = 0;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file)
		return -errno;
	if (fputs(text, file) < 0 || fflush(file) || fsync(fd))
		error = -EIO;
	if (fclose(file) && !error)
		error = -EIO;
	return error || !rename(temporary, path) ? error : -errno;
}

static int make_own(const struct kind *kind)
{
	char *text = NULL;
	ssh_key key = NULL;
	int error;

	if (ssh_pki_generate(kind->type, kind->bits, &key) != SSH_OK)
		return -EIO;
	error = ssh_pki_export_privkey_base64(key, NULL, NULL, NULL, &text) == SSH_OK
	            ? write_file(kind->path, text)
	            : -EIO;
	if (text) {
		explicit_bzero(text, strlen(text));
		ssh_string_free_char(text);
	}
	ssh_key_free(key);
	return error;
}

static int make_shared(const struct kind *kind)
{
	char pem[IDENTITY_PEM_MAX];
	int error = kind->derive(PATH_CLUSTER_KEY, kind->label, pem);

	if (!error)
		error = write_file(kind->path, pem);
	explicit_bzero(pem, sizeof(pem));
	return error;
}

static void read_origin(char mark[IDENTITY_MARK_MAX])
{
	FILE *file = fopen(ORIGIN, "re");

	mark[0] = 0;
	if (!file)
		return;
	if (!fgets(mark, IDENTITY_MARK_MAX, file))
		mark[0] = 0;
	fclose(file);
}

int hostkey_ensure(void)
{
	char now[IDENTITY_MARK_MAX] = "", then[IDENTITY_MARK_MAX];
	bool shared = !identity_mark(PATH_CLUSTER_KEY, now);
	int error = 0;

	read_origin(then);
	for (size_t i = 0; i < KINDS && !error; i++) {
		if (shared && strcmp(now, then) != 0)
			error = make_shared(&kinds[i]);
		else if (access(kinds[i].path, R_OK))
			error = shared ? make_shared(&kinds[i]) : make_own(&kinds[i]);
	}
	/* Last: a start that was cut short makes them again. */
	return error || !shared || !strcmp(now, then) ? error : write_file(ORIGIN, now);
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

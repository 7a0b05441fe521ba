/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/backup/storage_file.h"
#include "mgmt/mgmtd/backup/backup_file.h"
#include "mgmt/mgmtd/configuration/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAGIC  "hadrian-encrypted 1\nkey "
#define KEY    32
#define NONCE  12
#define TAG    16
#define NEW    STORAGE_FILE ".new"
#define HEAD   (sizeof(MAGIC) + SECRET_SEALED_MAX + 2)
#define LENGTH (BACKUP_LENGTH_MAX + BACKUP_HEADER_MAX + (64 << 10))

bool storage_file_is_encrypted(const char *bytes, size_t length)
{
	return length >= sizeof(MAGIC) - 1 && !memcmp(bytes, MAGIC, sizeof(MAGIC) - 1);
}

static int encrypt(const uint8_t key[KEY], const char *head, size_t head_length, const char *bytes,
                   size_t length, uint8_t *box)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t *text = box + NONCE + TAG;
	int count;
	bool done = context && RAND_bytes(box, NONCE) == 1 &&
	            EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, box) &&
	            EVP_EncryptUpdate(context, NULL, &count, (const uint8_t *)head, (int)head_length) &&
	            EVP_EncryptUpdate(context, text, &count, (const uint8_t *)bytes, (int)length) &&
	            EVP_EncryptFinal_ex(context, text + count, &count) &&
	            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG, box + NONCE);

	EVP_CIPHER_CTX_free(context);
	return done ? 0 : -EIO;
}

static bool decrypt(const uint8_t key[KEY], const char *head, size_t head_length, const uint8_t *box,
                    size_t length, uint8_t *out)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t tag[TAG];
	int count;
	bool done;

	memcpy(tag, box + NONCE, TAG);
	done = context && EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, box) &&
	       EVP_DecryptUpdate(context, NULL, &count, (const uint8_t *)head, (int)head_length) &&
	       EVP_DecryptUpdate(context, out, &count, box + NONCE + TAG, (int)length) &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG, tag) &&
	       EVP_DecryptFinal_ex(context, out + count, &count) == 1;
	EVP_CIPHER_CTX_free(context);
	return done;
}

int storage_file_encrypt(const char *bytes, size_t length, char **out, size_t *out_length)
{
	char text[2 * KEY + 1], sealed[SECRET_SEALED_MAX], head[HEAD];
	uint8_t key[KEY];
	int error = RAND_bytes(key, KEY) == 1 ? 0 : -EIO, head_length;

	for (size_t i = 0; i < KEY; i++)
		snprintf(text + 2 * i, 3, "%02x", key[i]);
	if (!error)
		error = secret_seal(text, sealed);
	if (!error) {
		head_length = snprintf(head, sizeof(head), MAGIC "%s\n\n", sealed);
		*out_length = (size_t)head_length + NONCE + TAG + length;
		*out = malloc(*out_length);
		error = *out ? 0 : -ENOMEM;
	}
	if (!error) {
		memcpy(*out, head, (size_t)head_length);
		error = encrypt(key, head, (size_t)head_length, bytes, length, (uint8_t *)*out + head_length);
		if (error)
			free(*out);
	}
	OPENSSL_cleanse(key, sizeof(key));
	OPENSSL_cleanse(text, sizeof(text));
	return error;
}

static bool take_key(const char *sealed, uint8_t key[KEY])
{
	char text[SECRET_CLEAR_MAX + 1];
	size_t length = 0;
	bool good = !secret_open(sealed, text) && OPENSSL_hexstr2buf_ex(key, KEY, &length, text, 0) == 1 &&
	            length == KEY;

	OPENSSL_cleanse(text, sizeof(text));
	return good;
}

int storage_file_decrypt(const char *bytes, size_t length, char **out, size_t *out_length)
{
	size_t most = length < HEAD ? length : HEAD, head;
	const char *end = memmem(bytes, most, "\n\n", 2);
	char sealed[SECRET_SEALED_MAX];
	uint8_t key[KEY];
	bool good;

	if (!end || !storage_file_is_encrypted(bytes, length))
		return -EBADMSG;
	head = (size_t)(end - bytes) + 2;
	if (length - head < NONCE + TAG || head > sizeof(MAGIC) + sizeof(sealed) || head < sizeof(MAGIC) + 2)
		return -EBADMSG;
	snprintf(sealed, sizeof(sealed), "%.*s", (int)(head - 2 - (sizeof(MAGIC) - 1)),
	         bytes + sizeof(MAGIC) - 1);
	*out_length = length - head - NONCE - TAG;
	*out = malloc(*out_length + 1);
	if (!*out)
		return -ENOMEM;
	good = take_key(sealed, key) &&
	       decrypt(key, bytes, head, (const uint8_t *)bytes + head, *out_length, (uint8_t *)*out);
	OPENSSL_cleanse(key, sizeof(key));
	(*out)[*out_length] = 0;
	if (good)
		return 0;
	OPENSSL_cleanse(*out, *out_length);
	free(*out);
	*out = NULL;
	return -EBADMSG;
}

static int open_directory(const char *path)
{
	struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};
	long fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));

	if (fd >= 0)
		return (int)fd;
	return errno == ENOENT ? -ENOTDIR : -errno;
}

static int write_new(int directory, const char *bytes, size_t length)
{
	int fd = openat(directory, NEW, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600),
	    error = 0;
	size_t done = 0;

	if (fd < 0)
		return -errno;
	while (!error && done < length) {
		ssize_t put = write(fd, bytes + done, length - done);

		if (put < 0 && errno != EINTR)
			error = -errno;
		done += put > 0 ? (size_t)put : 0;
	}
	if (!error && fsync(fd))
		error = -errno;
	if (close(fd) && !error)
		error = -errno;
	return error;
}

int storage_file_write(const char *directory, const char *bytes, size_t length)
{
	int folder = open_directory(directory), error;

	if (folder < 0)
		return folder;
	error = write_new(folder, bytes, length);
	if (!error && (renameat(folder, NEW, folder, STORAGE_FILE) || fsync(folder)))
		error = -errno;
	if (error)
		unlinkat(folder, NEW, 0);
	close(folder);
	return error;
}

static int read_all(int fd, char **bytes, size_t *length)
{
	struct stat status;
	ssize_t got = 1;

	if (fstat(fd, &status))
		return -errno;
	if (!S_ISREG(status.st_mode) || status.st_size > (off_t)LENGTH)
		return -EFBIG;
	*bytes = malloc((size_t)status.st_size + 1);
	if (!*bytes)
		return -ENOMEM;
	while (*length < (size_t)status.st_size &&
	       ((got = read(fd, *bytes + *length, (size_t)status.st_size - *length)) > 0 ||
	        (got < 0 && errno == EINTR)))
		*length += got > 0 ? (size_t)got : 0;
	(*bytes)[*length] = 0;
	return got < 0 ? -errno : 0;
}

int storage_file_read(const char *directory, char **bytes, size_t *length)
{
	int folder = open_directory(directory), fd, error;

	*bytes = NULL;
	*length = 0;
	if (folder < 0)
		return folder;
	fd = openat(folder, STORAGE_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	error = fd < 0 ? -errno : read_all(fd, bytes, length);
	if (fd >= 0)
		close(fd);
	close(folder);
	if (error) {
		free(*bytes);
		*bytes = NULL;
	}
	return error;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX       "$sealed$"
#define KEY_LENGTH   32
#define NONCE_LENGTH 12 /* NIST SP 800-38D, 8.2 */
#define TAG_LENGTH   16
#define BOX_MAX      (NONCE_LENGTH + SECRET_CLEAR_MAX + TAG_LENGTH)

struct key {
	bool known;
	uint8_t seals[KEY_LENGTH];  /* AES-256 */
	uint8_t nonces[KEY_LENGTH]; /* HMAC-SHA256 of the clear text */
};

/* In the order in which they are preferred. */
static struct {
	struct key cluster, node, former;
} keys;

static int derive(const uint8_t secret[KEY_LENGTH], const char *label, uint8_t out[KEY_LENGTH])
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	OSSL_PARAM parameters[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, "SHA256", 0),
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)secret, KEY_LENGTH),
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)label, strlen(label)),
	    OSSL_PARAM_construct_end(),
	};
	int error = context && EVP_KDF_derive(context, out, KEY_LENGTH, parameters) == 1 ? 0 : -EIO;

	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	return error;
}

static int read_key(const char *path, struct key *key)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	uint8_t secret[KEY_LENGTH], extra;
	int error = 0;

	*key = (struct key){0};
	if (fd < 0)
		return -errno;
	if (read(fd, secret, KEY_LENGTH) != KEY_LENGTH || read(fd, &extra, 1) != 0)
		error = -EBADMSG;
	close(fd);
	if (!error)
		error = derive(secret, "hadrian secrets 1", key->seals);
	if (!error)
		error = derive(secret, "hadrian secrets nonce 1", key->nonces);
	OPENSSL_cleanse(secret, sizeof(secret));
	key->known = !error;
	return error;
}

/* Whole or not at all: a key that was lost half-written would lose what it sealed. */
static int make_key(const char *directory, const char *path)
{
	char temporary[300];
	uint8_t secret[KEY_LENGTH];
	int error = 0, fd, folder;

	snprintf(temporary, sizeof(temporary), "%.280s.new", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (RAND_priv_bytes(secret, sizeof(secret)) != 1)
		error = -EIO;
	else if (write(fd, secret, sizeof(secret)) != (ssize_t)sizeof(secret) || fsync(fd))
		error = errno ? -errno : -EIO;
	OPENSSL_cleanse(secret, sizeof(secret));
	close(fd);
	if (!error && rename(temporary, path))
		error = -errno;
	if (error) {
		unlink(temporary);
		return error;
	}
	folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 || fsync(folder))
		error = -errno;
	if (folder >= 0)
		close(folder);
	return error;
}

int secrets_load(const char *directory)
{
	char path[280];
	struct key key;
	int error;

	snprintf(path, sizeof(path), "%.250s/cluster.key", directory);
	error = read_key(path, &key);
	if (error && error != -ENOENT)
		return error;
	if (keys.cluster.known && CRYPTO_memcmp(&keys.cluster, &key, sizeof(key)) != 0)
		keys.former = keys.cluster;
	keys.cluster = key;
	snprintf(path, sizeof(path), "%.250s/secrets.key", directory);
	error = read_key(path, &keys.node);
	if (error == -ENOENT) {
		error = make_key(directory, path);
		if (!error)
			error = read_key(path, &keys.node);
	}
	OPENSSL_cleanse(&key, sizeof(key));
	return error;
}

void secrets_unload(void)
{
	OPENSSL_cleanse(&keys, sizeof(keys));
}

/*
 * The nonce is made of the clear text (as RFC 5297 does): no nonce comes twice for different texts, and both
 * nodes get the same sealed text.
 */
static bool make_nonce(const struct key *key, const char *clear, uint8_t nonce[NONCE_LENGTH])
{
	uint8_t code[EVP_MAX_MD_SIZE];

	if (!HMAC(EVP_sha256(), key->nonces, KEY_LENGTH, (const uint8_t *)clear, strlen(clear), code, NULL))
		return false;
	memcpy(nonce, code, NONCE_LENGTH);
	return true;
}

static bool encrypt(const struct key *key, const char *clear, uint8_t box[BOX_MAX])
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	size_t size = strlen(clear);
	int length;
	bool done =
	    context && make_nonce(key, clear, box) &&
	    EVP_EncryptInit_ex2(context, EVP_aes_256_gcm(), key->seals, box, NULL) &&
	    EVP_EncryptUpdate(context, box + NONCE_LENGTH, &length, (const uint8_t *)clear, (int)size) &&
	    EVP_EncryptFinal_ex(context, box + NONCE_LENGTH + length, &length) &&
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_LENGTH, box + NONCE_LENGTH + size);

	EVP_CIPHER_CTX_free(context);
	return done;
}

static bool decrypt(const struct key *key, uint8_t *box, size_t length, char clear[SECRET_CLEAR_MAX + 1])
{
	size_t size = length - NONCE_LENGTH - TAG_LENGTH;
	EVP_CIPHER_CTX *context = key->known ? EVP_CIPHER_CTX_new() : NULL;
	int written = 0, last = 0;
	bool done =
	    context && EVP_DecryptInit_ex2(context, EVP_aes_256_gcm(), key->seals, box, NULL) &&
	    EVP_DecryptUpdate(context, (uint8_t *)clear, &written, box + NONCE_LENGTH, (int)size) &&
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_LENGTH, box + NONCE_LENGTH + size) &&
	    EVP_DecryptFinal_ex(context, (uint8_t *)clear + written, &last) > 0;

	EVP_CIPHER_CTX_free(context);
	if (done)
		clear[size] = 0;
	else
		OPENSSL_cleanse(clear, SECRET_CLEAR_MAX + 1);
	return done;
}

int secret_seal(const char *clear, char sealed[SECRET_SEALED_MAX])
{
	const struct key *key = keys.cluster.known ? &keys.cluster : &keys.node;
	size_t length = strlen(clear);
	uint8_t box[BOX_MAX];

	if (length > SECRET_CLEAR_MAX)
		return -EINVAL;
	if (!key->known || !encrypt(key, clear, box))
		return -EIO;
	memcpy(sealed, PREFIX, sizeof(PREFIX));
	EVP_EncodeBlock((uint8_t *)sealed + strlen(PREFIX), box, (int)(NONCE_LENGTH + length + TAG_LENGTH));
	return 0;
}

/* The bytes behind the prefix, or -EBADMSG. */
static int decode(const char *text, uint8_t box[SECRET_SEALED_MAX])
{
	size_t length = strlen(text);
	int decoded;

	if (length >= SECRET_SEALED_MAX || strncmp(text, PREFIX, strlen(PREFIX)) != 0)
		return -EBADMSG;
	text += strlen(PREFIX);
	length -= strlen(PREFIX);
	if (length < 4 || length % 4)
		return -EBADMSG;
	decoded = EVP_DecodeBlock(box, (const uint8_t *)text, (int)length);
	decoded -= (text[length - 1] == '=') + (text[length - 2] == '=');
	return decoded < NONCE_LENGTH + TAG_LENGTH || decoded > BOX_MAX ? -EBADMSG : decoded;
}

int secret_open(const char *sealed, char clear[SECRET_CLEAR_MAX + 1])
{
	const struct key *const order[] = {&keys.cluster, &keys.node, &keys.former};
	uint8_t box[SECRET_SEALED_MAX];
	int length = decode(sealed, box);

	if (length < 0)
		return length;
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (decrypt(order[i], box, (size_t)length, clear))
			return 0;
	return -EBADMSG;
}

bool secret_is_sealed(const char *text)
{
	uint8_t box[SECRET_SEALED_MAX];

	return decode(text, box) >= 0;
}

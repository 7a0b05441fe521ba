/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/store.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_MAX 256

void store_digest(const void *bytes, size_t length, uint8_t digest[STORE_DIGEST])
{
	SHA256(bytes, length, digest);
}

/* Over the generation too: a file whose header was damaged must not pass for another generation. */
static int digest_text(uint64_t generation, const char *json, size_t length, char text[2 * STORE_DIGEST + 1])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t digest[STORE_DIGEST];
	uint64_t number = htobe64(generation);
	bool done = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) &&
	            EVP_DigestUpdate(context, &number, sizeof(number)) &&
	            EVP_DigestUpdate(context, json, length) && EVP_DigestFinal_ex(context, digest, NULL);

	EVP_MD_CTX_free(context);
	for (size_t i = 0; done && i < STORE_DIGEST; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return done ? 0 : -ENOMEM;
}

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t written = write(fd, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		bytes += written;
		length -= (size_t)written;
	}
	return 0;
}

static int write_file(int directory, const char *name, uint64_t generation, const char *json)
{
	int fd = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char header[HEADER_MAX], digest[2 * STORE_DIGEST + 1];
	size_t length = strlen(json);
	int error;

	if (fd < 0)
		return -errno;
	error = digest_text(generation, json, length, digest);
	if (error) {
		close(fd);
		return error;
	}
	snprintf(header, sizeof(header),
	         "hadrian-configuration %d\ngeneration %" PRIu64 "\nlength %zu\nsha256 %s\n\n", STORE_FORMAT,
	         generation, length, digest);
	error = write_all(fd, header, strlen(header));
	if (!error)
		error = write_all(fd, json, length);
	if (!error && fsync(fd))
		error = -errno;
	if (close(fd) && !error)
		error = -errno;
	return error;
}

static int refuse(char reason[128], const char *why)
{
	snprintf(reason, 128, "%s", why);
	return -EBADMSG;
}

int store_parse(const char *bytes, size_t length, uint64_t *generation, char **json, char reason[128])
{
	char header[HEADER_MAX], digest[2 * STORE_DIGEST + 1], expected[2 * STORE_DIGEST + 1];
	const char *body = bytes ? memmem(bytes, length < HEADER_MAX ? length : HEADER_MAX, "\n\n", 2) : NULL;
	unsigned format;
	uint64_t number;
	size_t body_length;
	int end = 0;

	if (!body)
		return refuse(reason, "it is no configuration file, or cut short in its header");
	body += 2;
	memcpy(header, bytes, (size_t)(body - bytes) - 1);
	header[body - bytes - 1] = 0;
	if (sscanf(header,
	           "hadrian-configuration %u\ngeneration %" SCNu64 "\nlength %zu\nsha256 %64[0-9a-f]\n%n",
	           &format, &number, &body_length, expected, &end) != 4 ||
	    !end)
		return refuse(reason, "its header is damaged");
	if (format != STORE_FORMAT)
		return refuse(reason, "its format is of another version");
	if (body_length != length - (size_t)(body - bytes))
		return refuse(reason, "it was cut short");
	if (digest_text(number, body, body_length, digest))
		return -ENOMEM;
	if (strcmp(digest, expected) != 0)
		return refuse(reason, "its checksum is wrong: it was damaged");
	if (memchr(body, 0, body_length))
		return refuse(reason, "it holds a NUL byte");
	*json = strndup(body, body_length);
	*generation = number;
	return *json ? 0 : -ENOMEM;
}

static int read_file(const char *path, char **bytes, size_t *length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	size_t done = 0;
	ssize_t got = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) || status.st_size < 0 || status.st_size > (off_t)STORE_LENGTH_MAX) {
		close(fd);
		return -EFBIG;
	}
	*bytes = malloc((size_t)status.st_size + 1);
	while (*bytes && done < (size_t)status.st_size &&
	       (got = read(fd, *bytes + done, (size_t)status.st_size - done)) > 0)
		done += (size_t)got;
	close(fd);
	if (!*bytes)
		return -ENOMEM;
	*length = done;
	return 0;
}

static int load_one(const char *directory, const char *name, struct stored *out, char reason[128])
{
	char path[512], *bytes = NULL;
	size_t length = 0;
	int error;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	error = read_file(path, &bytes, &length);
	if (error) {
		snprintf(reason, 128, "%s", strerror(-error));
		return error;
	}
	error = store_parse(bytes, length, &out->generation, &out->json, reason);
	free(bytes);
	return error;
}

/* The present file becomes the previous one as well, without ever being away. */
static int keep_previous(const char *path, int directory)
{
	struct stored present = {0};
	char reason[128];

	/* A damaged one must not take the place of the one that this node started with in its stead. */
	if (load_one(path, "config.json", &present, reason))
		return 0;
	free(present.json);
	unlinkat(directory, "config.json.1.new", 0);
	if (linkat(directory, "config.json", directory, "config.json.1.new", 0))
		return -errno;
	return renameat(directory, "config.json.1.new", directory, "config.json.1") ? -errno : 0;
}

int store_save(const char *path, uint64_t generation, const char *json)
{
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error;

	if (directory < 0)
		return -errno;
	error = write_file(directory, "config.json.new", generation, json);
	if (!error)
		error = keep_previous(path, directory);
	if (!error && renameat(directory, "config.json.new", directory, "config.json"))
		error = -errno;
	if (!error && fsync(directory))
		error = -errno;
	close(directory);
	return error;
}

int store_load(const char *directory, struct stored *out)
{
	char newest[128] = "", before[128] = "";
	int error, second;

	*out = (struct stored){0};
	error = load_one(directory, "config.json", out, newest);
	if (!error)
		return 0;
	second = load_one(directory, "config.json.1", out, before);
	if (error == -ENOENT && second == -ENOENT)
		return -ENOENT;
	snprintf(out->reason, sizeof(out->reason), "config.json cannot be used: %s%s%s", newest,
	         second ? "; config.json.1 neither: " : "; the one before it, config.json.1, is used",
	         second ? before : "");
	out->previous = !second;
	return second ? -EBADMSG : 0;
}

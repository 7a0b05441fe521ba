/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "system/verify.h"
#include "system/signature.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define PIECE (256 << 10)

static int refuse(char reason[256], const char *why)
{
	snprintf(reason, 256, "%s", why);
	return -EBADMSG;
}

static int load_file(X509_STORE *store, const char *path, unsigned *count)
{
	BIO *in = BIO_new_file(path, "r");
	X509 *certificate;

	if (!in)
		return -EACCES;
	while ((certificate = PEM_read_bio_X509(in, NULL, NULL, NULL))) {
		*count += X509_STORE_add_cert(store, certificate) == 1;
		X509_free(certificate);
	}
	BIO_free(in);
	ERR_clear_error(); /* the end of the file */
	return 0;
}

static int load_folder(X509_STORE *store, const char *folder, unsigned *count)
{
	DIR *directory = opendir(folder);
	struct dirent *entry;
	int error = 0;

	if (!directory)
		return errno == ENOENT ? 0 : -errno;
	while (!error && (entry = readdir(directory))) {
		const char *end = strrchr(entry->d_name, '.');
		char path[512];

		if (!end || strcmp(end, ".pem") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		error = load_file(store, path, count);
	}
	closedir(directory);
	return error;
}

int verify_load_trust(const char *folder, X509_STORE **out, char reason[256])
{
	X509_STORE *store = signature_trust_new();
	unsigned count = 0;
	int error = store ? load_folder(store, folder, &count) : -ENOMEM;

	if (!error && !count)
		error = -ENOENT;
	if (error) {
		snprintf(reason, 256, "no signer is trusted: there is no certificate in %s", folder);
		X509_STORE_free(store);
		return error;
	}
	*out = store;
	return 0;
}

/* A certificate for a web server or for mail must not sign software, though the same authority issued it. */
static int check_signature(const char *bytes, const struct package *package, X509_STORE *trust,
                           char reason[256])
{
	struct signature_signer signer;

	switch (signature_check(bytes, package->signed_length, bytes + package->head_length,
	                        package->signature, trust, &signer)) {
	case SIGNATURE_GOOD:
		return signer.code ? 0 : refuse(reason, "its signer's certificate is not for signing code");
	case SIGNATURE_DAMAGED:
		return refuse(reason, "its signature is damaged");
	default:
		return refuse(
		    reason,
		    "its signature is not by a signer that this system trusts, or not of this package");
	}
}

/* How much of size bytes came, less at the end of the file. */
static size_t read_whole(int fd, char *bytes, size_t size)
{
	size_t done = 0;
	ssize_t got;

	while (done < size &&
	       ((got = read(fd, bytes + done, size - done)) > 0 || (got < 0 && errno == EINTR)))
		done += got > 0 ? (size_t)got : 0;
	return done;
}

static int check_payload(int fd, const struct package *package, verify_progress progress, char reason[256])
{
	static char piece[PIECE];
	uint8_t digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint64_t done = 0;
	size_t got = 0;
	bool good = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL);

	while (good && done < package->payload && (got = read_whole(fd, piece, sizeof(piece))) > 0) {
		good = EVP_DigestUpdate(context, piece, got);
		done += got;
		progress(
		    (unsigned)(done * 100 / package->payload > 100 ? 100 : done * 100 / package->payload));
	}
	good = good && EVP_DigestFinal_ex(context, digest, NULL);
	EVP_MD_CTX_free(context);
	if (!good)
		return -ENOMEM;
	if (memcmp(digest, package->digest, PACKAGE_DIGEST) != 0)
		return refuse(reason, "its checksum is wrong: it was damaged on its way");
	return 0;
}

static int check_length(int fd, off_t begin, const struct package *package, char reason[256])
{
	uint64_t expected = (uint64_t)begin + package->head_length + package->signature + package->payload;
	struct stat status;

	if (fstat(fd, &status))
		return -errno;
	if ((uint64_t)status.st_size < expected)
		return refuse(reason, "it is cut short");
	return (uint64_t)status.st_size > expected ? refuse(reason, "it is longer than its head says") : 0;
}

static int check_architecture(const struct package *package, char reason[256])
{
	struct utsname machine;

	if (uname(&machine) || !strcmp(machine.machine, package->architecture))
		return 0;
	snprintf(reason, 256, "it is for %s, and this system is %.60s", package->architecture,
	         machine.machine);
	return -EBADMSG;
}

int verify_package(int fd, X509_STORE *trust, struct package *out, verify_progress progress, char reason[256])
{
	static char head[PACKAGE_HEAD_MAX + PACKAGE_SIGNATURE_MAX];
	size_t length = read_whole(fd, head, sizeof(head));
	off_t payload, begin = lseek(fd, 0, SEEK_CUR) - (off_t)length;
	int error = begin < 0 ? -EIO : package_parse(head, length, out, reason);

	if (!error)
		error = check_length(fd, begin, out, reason);
	if (!error && out->head_length + out->signature > length)
		error = refuse(reason, "it is cut short");
	if (!error)
		error = check_signature(head, out, trust, reason);
	if (!error)
		error = check_architecture(out, reason);
	if (error)
		return error;
	payload = begin + (off_t)(out->head_length + out->signature);
	if (lseek(fd, payload, SEEK_SET) != payload)
		return -errno;
	error = check_payload(fd, out, progress, reason);
	return !error && lseek(fd, payload, SEEK_SET) != payload ? -errno : error;
}

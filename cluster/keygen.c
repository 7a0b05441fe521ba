/* SPDX-License-Identifier: GPL-2.0-or-later */

/* hadrian-keygen: makes the cluster key, which both nodes of a cluster need the same of. */

#include "lib/heartbeat.h"
#include "lib/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(const char *what, const char *path)
{
	fprintf(stderr, "hadrian-keygen: %s %s: %s\n", what, path, strerror(errno));
	return EXIT_FAILURE;
}

/* Whole or not at all: written beside the target and then moved (or linked, which never replaces) into its
 * place. */
static int write_key(const char *path, bool force)
{
	uint8_t key[CLUSTER_KEY_LENGTH];
	char temporary[512];
	ssize_t written;
	int fd, error;

	snprintf(temporary, sizeof(temporary), "%s.%d", path, (int)getpid());
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail("cannot write", temporary);
	if (RAND_priv_bytes(key, sizeof(key)) != 1) {
		close(fd);
		unlink(temporary);
		fprintf(stderr, "hadrian-keygen: no random numbers\n");
		return EXIT_FAILURE;
	}
	written = write(fd, key, sizeof(key));
	OPENSSL_cleanse(key, sizeof(key));
	if (written != (ssize_t)sizeof(key) || fsync(fd)) {
		fail("cannot write", temporary);
		close(fd);
		unlink(temporary);
		return EXIT_FAILURE;
	}
	close(fd);
	error = force ? rename(temporary, path) : link(temporary, path);
	if (error && errno == EEXIST)
		fprintf(stderr,
		        "hadrian-keygen: %s exists and is left alone; with --force it is replaced, and the "
		        "other node needs the "
		        "new one too\n",
		        path);
	else if (error)
		fail("cannot write", path);
	unlink(temporary);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int count, char **arguments)
{
	const char *path = NULL;
	bool force = false;

	for (int i = 1; i < count; i++) {
		if (strcmp(arguments[i], "--force") == 0) {
			force = true;
		} else if (arguments[i][0] != '-' && !path) {
			path = arguments[i];
		} else {
			fprintf(stderr,
			        "usage: hadrian-keygen [--force] [FILE]\nMakes the cluster key in %s.\n",
			        PATH_CLUSTER_KEY);
			return 2;
		}
	}
	if (!path)
		mkdir(PATH_STATE_DIRECTORY, 0700);
	return write_key(path ? path : PATH_CLUSTER_KEY, force);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/corosync/configuration.h"

#include "lib/spare_link.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Membership only confirms what heartbeats find, so the token may be patient: with a short one a busy machine
 * loses the membership, and with it the mirror, again and again (docs/decisions/0003-roles.md).
 */
#define TOKEN_MS     1500
#define CONSENSUS_MS 1800

/*
 * Turns of the token without a message after which it is held, until there is one: each costs both nodes a tenth of a
 * millisecond of a processor. With the 30 that are usual it would never rest between the mirror's batches.
 */
#define IDLE_TURNS 3
#define HOLD_MS                                                                                              \
	30 /* and no longer, since the node that wants it may be of a release that takes it for turning */

/*
 * A link is down after PING_TIMEOUT_MS without an answer: soon enough that the token finds another one, late enough for a
 * machine whose cores are all busy. knet makes the time longer by itself, tenfold when a link has come up and less each
 * second, and by twice the longest time that an answer took. It is up again when PONGS came in a row, so that a
 * bad cable is not gone back to at each frame that gets through.
 */
#define PING_INTERVAL_MS 100
#define PING_TIMEOUT_MS  500
#define PONGS            5

struct text {
	char *at;
	size_t left;
	int error;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text->at, text->left, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= text->left) {
		text->error = -ENOSPC;
		return;
	}
	text->at += length;
	text->left -= (size_t)length;
}

uint32_t corosync_node_id(enum cluster_role role)
{
	return role == ROLE_MASTER ? 1 : 2;
}

static void add_node(struct text *text, const struct message_cluster_configuration *configuration,
                     enum cluster_role role)
{
	char address[IP_ADDRESS_TEXT];

	add(text, "\tnode {\n\t\tnodeid: %u\n\t\tname: %s\n", corosync_node_id(role),
	    role == ROLE_MASTER ? "master" : "slave");
	for (uint32_t link = 0; link < configuration->link_count; link++)
		add(text, "\t\tring%u_addr: %s\n", link,
		    ip_address_format(&configuration->links[link].address[role], address));
	add(text, "\t}\n");
}

int corosync_render(const struct message_cluster_configuration *configuration, const char *directory,
                    char *out, size_t size)
{
	struct text text = {.at = out, .left = size};

	if (configuration->link_count == 0 || configuration->link_count > CLUSTER_LINKS_MAX)
		return -EINVAL;
	add(&text,
	    "# Written by hadrian-clusterd at every start of Corosync.\n"
	    "totem {\n\tversion: 2\n\tcluster_name: hadrian-%u\n\ttransport: knet\n\tip_version: ipv6-4\n"
	    "\tlink_mode: passive\n\tcrypto_cipher: aes256\n\tcrypto_hash: sha256\n\tkeyfile: %s/authkey\n"
	    "\ttoken: %u\n\tconsensus: %u\n\tseqno_unchanged_const: %u\n\thold: %u\n",
	    configuration->cluster_id, directory, TOKEN_MS, CONSENSUS_MS, IDLE_TURNS, HOLD_MS);
	/* The Sync interfaces come first; the others only stand in where those are cut. */
	for (uint32_t link = 0; link < configuration->link_count; link++)
		add(&text,
		    "\tinterface {\n\t\tlinknumber: %u\n\t\tknet_link_priority: %u\n\t\tmcastport: %u\n"
		    "\t\tknet_ping_interval: %u\n\t\tknet_ping_timeout: %u\n\t\tknet_pong_count: %u\n\t}\n",
		    link, CLUSTER_LINKS_MAX - link, SPARE_LINK_PORT_FIRST + link, PING_INTERVAL_MS,
		    PING_TIMEOUT_MS, PONGS);
	add(&text, "}\nnodelist {\n");
	add_node(&text, configuration, ROLE_MASTER);
	add_node(&text, configuration, ROLE_SLAVE);
	add(&text,
	    "}\nsystem {\n\tstate_dir: %s\n\tsched_rr: yes\n\tmove_to_root_cgroup: no\n}\n"
	    "logging {\n\tto_stderr: yes\n\tto_syslog: no\n\tto_logfile: no\n\ttimestamp: off\n}\n",
	    directory);
	return text.error;
}

int corosync_derive_key(const uint8_t cluster_key[CLUSTER_KEY_LENGTH], uint8_t key[COROSYNC_KEY_LENGTH])
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	OSSL_PARAM parameters[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, "SHA256", 0),
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)cluster_key, CLUSTER_KEY_LENGTH),
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, "hadrian corosync 1", 18),
	    OSSL_PARAM_construct_end(),
	};
	int error = context && EVP_KDF_derive(context, key, COROSYNC_KEY_LENGTH, parameters) == 1 ? 0 : -EIO;

	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	return error;
}

/* Returns 0, -ENOENT, -EBADMSG for a file that is not CLUSTER_KEY_LENGTH long, or -errno. */
static int read_cluster_key(const char *path, uint8_t key[CLUSTER_KEY_LENGTH])
{
	uint8_t extra;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (read(fd, key, CLUSTER_KEY_LENGTH) != CLUSTER_KEY_LENGTH || read(fd, &extra, 1) != 0)
		error = -EBADMSG;
	close(fd);
	return error;
}

static int write_file(const char *directory, const char *name, mode_t mode, const void *bytes, size_t length)
{
	char path[256], temporary[264];
	int fd, error = 0;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	snprintf(temporary, sizeof(temporary), "%s.new", path);
	unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	if (write(fd, bytes, length) != (ssize_t)length)
		error = -EIO;
	close(fd);
	if (!error && rename(temporary, path))
		error = -errno;
	if (error)
		unlink(temporary);
	return error;
}

bool corosync_same_links(const struct message_cluster_configuration *a,
                         const struct message_cluster_configuration *b)
{
	uint32_t count = a->link_count < b->link_count ? a->link_count : b->link_count;

	if (a->role != b->role || a->cluster_id != b->cluster_id)
		return false;
	for (uint32_t link = 0; link < count; link++) {
		if (memcmp(a->links[link].address, b->links[link].address, sizeof(a->links[link].address)) !=
		    0)
			return false;
	}
	return true;
}

int corosync_write_files(const struct message_cluster_configuration *configuration, const char *directory,
                         const char *key_path, const char **what)
{
	uint8_t cluster_key[CLUSTER_KEY_LENGTH], key[COROSYNC_KEY_LENGTH];
	char text[4096];
	int error = read_cluster_key(key_path, cluster_key);

	*what = "the cluster key cannot be read";
	if (error)
		return error;
	*what = "Corosync's key cannot be derived";
	error = corosync_derive_key(cluster_key, key);
	if (!error) {
		*what = "the configuration has no usable links";
		error = corosync_render(configuration, directory, text, sizeof(text));
	}
	if (!error) {
		*what = "Corosync's files cannot be written";
		if (mkdir(directory, 0700) && errno != EEXIST)
			error = -errno;
	}
	if (!error)
		error = write_file(directory, "authkey", 0400, key, sizeof(key));
	if (!error)
		error = write_file(directory, "corosync.conf", 0600, text, strlen(text));
	OPENSSL_cleanse(cluster_key, sizeof(cluster_key));
	OPENSSL_cleanse(key, sizeof(key));
	return error;
}

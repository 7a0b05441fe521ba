/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/daemon.h"
#include "lib/messages/commit.h"

#include <errno.h>
#include <qb/qblog.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void configuration_drop(struct daemon *daemon)
{
	if (daemon->outgoing.bytes)
		munmap((void *)(uintptr_t)daemon->outgoing.bytes, daemon->outgoing.length);
	memset(&daemon->outgoing, 0, sizeof(daemon->outgoing));
}

void configuration_continue(struct daemon *daemon)
{
	struct outgoing_configuration *outgoing = &daemon->outgoing;

	while (outgoing->bytes && outgoing->offset < outgoing->length) {
		size_t left = outgoing->length - outgoing->offset;
		size_t piece = left < GROUP_CHUNK ? left : GROUP_CHUNK;

		outgoing->head.offset = (uint32_t)outgoing->offset;
		if (peer_link_send(daemon, GROUP_CONFIGURATION, &outgoing->head, sizeof(outgoing->head),
		                   (const uint8_t *)outgoing->bytes + outgoing->offset, piece))
			return; /* goes on when there is room, or is dropped when the peer leaves */
		outgoing->offset += piece;
	}
	configuration_drop(daemon);
}

void configuration_publish(struct daemon *daemon, const struct message_configuration *head, int fd)
{
	uint32_t flags = head->flags | (daemon->force_publish ? CONFIGURATION_FORCE : 0);
	const void *bytes;
	size_t length;
	int error;

	daemon->force_publish = false;
	if (!daemon->peer_member || (!daemon->configuration.auto_sync && !flags)) {
		if (fd >= 0)
			close(fd);
		return;
	}
	error = fd < 0 ? -EBADF : ipc_blob_map(fd, &bytes, &length);
	if (error) {
		qb_log(LOG_ERR, "mgmtd's configuration cannot be read: %s", strerror(-error));
		return;
	}
	configuration_drop(daemon);
	if (length == 0 || length > CONFIGURATION_MAX) {
		qb_log(LOG_ERR, "a configuration of %zu bytes is too long for the peer", length);
		munmap((void *)(uintptr_t)bytes, length);
		return;
	}
	daemon->outgoing.bytes = bytes;
	daemon->outgoing.length = length;
	daemon->outgoing.head.generation = head->generation;
	daemon->outgoing.head.flags = flags;
	daemon->outgoing.head.total = (uint32_t)length;
	memcpy(daemon->outgoing.head.digest, head->digest, sizeof(head->digest));
	claims_configuration(&daemon->claims, head->generation, flags != 0);
	configuration_continue(daemon);
}

void configuration_piece(struct daemon *daemon, const struct group_message *message)
{
	const struct group_configuration *head = &daemon->reassembly.head;
	int result = reassembly_take(&daemon->reassembly, message);
	int fd;

	if (result < 0)
		qb_log(LOG_WARNING, "a configuration of the peer is refused: %s", strerror(-result));
	if (result != 1)
		return;
	if (!daemon->configuration.auto_sync && !head->flags) {
		reassembly_reset(&daemon->reassembly);
		return;
	}
	fd = ipc_blob_create("configuration", daemon->reassembly.bytes, head->total);
	if (fd < 0) {
		qb_log(LOG_ERR, "a configuration of the peer is lost: %s", strerror(-fd));
	} else {
		if (daemon->received_fd >= 0)
			close(daemon->received_fd);
		daemon->received_fd = fd;
		daemon->received =
		    (struct message_configuration){.generation = head->generation, .flags = head->flags};
		memcpy(daemon->received.digest, head->digest, sizeof(head->digest));
		claims_configuration(&daemon->claims, head->generation, head->flags != 0);
		if (daemon->claims.author_base + 1 == head->generation)
			memcpy(daemon->received.author, daemon->claims.author, COMMIT_AUTHOR_MAX);
		mgmtd_link_received(daemon);
	}
	reassembly_reset(&daemon->reassembly);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/ipc_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_BUFFER (1 << 20)

struct header {
	uint32_t type;
	uint32_t length;
};

static int make_address(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	strcpy(address->sun_path, path);
	return 0;
}

void ipc_socket_tune(int fd)
{
	int size = SOCKET_BUFFER;

	/* Without the privilege the kernel's default stays, which is enough for correctness. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

void ipc_socket_set_nonblocking(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

int ipc_socket_listen(const char *path, mode_t mode)
{
	struct sockaddr_un address;
	int error = make_address(path, &address);
	int fd;

	if (error)
		return error;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	unlink(path);
	/* The mode has to be right before anybody can connect, hence before listen. */
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || chmod(path, mode) || listen(fd, 16)) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

int ipc_socket_send(int fd, uint32_t type, const void *body, size_t length, int passed_fd)
{
	struct header header = {type, (uint32_t)length};
	struct iovec parts[2] = {{&header, sizeof(header)}, {(void *)body, length}};
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = length ? 2 : 1};
	ssize_t sent;

	if (passed_fd >= 0) {
		struct cmsghdr *attached;

		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		attached = CMSG_FIRSTHDR(&message);
		attached->cmsg_level = SOL_SOCKET;
		attached->cmsg_type = SCM_RIGHTS;
		attached->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(attached), &passed_fd, sizeof(int));
	}
	do
		sent = sendmsg(fd, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return 0;
	return errno == EAGAIN || errno == ENOBUFS ? -EAGAIN : -errno;
}

static int take_passed_fd(struct msghdr *message)
{
	int passed = -1;

	for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at; at = CMSG_NXTHDR(message, at))
		if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_RIGHTS &&
		    at->cmsg_len == CMSG_LEN(sizeof(int)))
			memcpy(&passed, CMSG_DATA(at), sizeof(int));
	return passed;
}

int ipc_socket_receive(int fd, void *buffer, struct ipc_message *out)
{
	struct header header;
	struct iovec parts[2] = {{&header, sizeof(header)}, {buffer, IPC_BODY_MAX}};
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr message = {
	    .msg_iov = parts,
	    .msg_iovlen = 2,
	    .msg_control = control.bytes,
	    .msg_controllen = sizeof(control.bytes),
	};
	ssize_t received;
	int passed;

	do
		received = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	while (received < 0 && errno == EINTR);
	if (received < 0)
		return -errno;
	if (received == 0)
		return 0;
	passed = take_passed_fd(&message);
	if ((size_t)received < sizeof(header) || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) ||
	    header.length != (size_t)received - sizeof(header)) {
		if (passed >= 0)
			close(passed);
		return -EBADMSG;
	}
	*out =
	    (struct ipc_message){.type = header.type, .length = header.length, .body = buffer, .fd = passed};
	return 1;
}

int ipc_client_open(const char *path)
{
	struct sockaddr_un address;
	int error = make_address(path, &address);
	int fd;

	if (error)
		return error;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* On a Unix socket this waits only while the server's backlog is full; then the caller tries again
	 * later. */
	ipc_socket_set_nonblocking(fd);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		error = -errno;
		close(fd);
		return error;
	}
	ipc_socket_tune(fd);
	return fd;
}

int ipc_client_send(int fd, uint32_t type, const void *body, size_t length)
{
	struct pollfd wait = {.fd = fd, .events = POLLOUT};
	int error;

	if (length > IPC_BODY_MAX)
		return -EMSGSIZE;
	while ((error = ipc_socket_send(fd, type, body, length, -1)) == -EAGAIN)
		if (poll(&wait, 1, -1) < 0 && errno != EINTR)
			return -errno;
	return error;
}

int ipc_client_receive(int fd, void *buffer, int timeout_ms, struct ipc_message *out)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};

	for (;;) {
		int result = ipc_socket_receive(fd, buffer, out);

		if (result != -EAGAIN)
			return result;
		result = poll(&wait, 1, timeout_ms);
		if (result == 0)
			return -ETIMEDOUT;
		if (result < 0 && errno != EINTR)
			return -errno;
	}
}

int ipc_blob_create(const char *name, const void *bytes, size_t length)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	const uint8_t *at = bytes;
	int error;

	if (fd < 0)
		return -errno;
	while (length) {
		ssize_t written = write(fd, at, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			goto failed;
		at += written;
		length -= (size_t)written;
	}
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0)
		return fd;
failed:
	error = -errno;
	close(fd);
	return error;
}

int ipc_blob_map(int fd, const void **bytes, size_t *length)
{
	const int needed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat status;
	int error = 0;
	void *map = NULL;

	/* Unsealed it could shrink or change under us after the check. */
	if (seals < 0 || (seals & needed) != needed || fstat(fd, &status) || status.st_size == 0)
		error = -EINVAL;
	if (!error) {
		map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (map == MAP_FAILED)
			error = -errno;
	}
	close(fd);
	if (error)
		return error;
	*bytes = map;
	*length = (size_t)status.st_size;
	return 0;
}

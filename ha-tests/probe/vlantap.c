/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * vlantap DEVICE TAP TYPE:ID...: a device TAP whose frames travel over DEVICE with these VLAN tags, the outermost first
 * (TYPE hexadecimal, ID decimal). It is what `ip link add type vlan` makes, for machines whose kernel cannot, and of any
 * type. Prints "ready"; ends with its process.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESSES 12
#define FRAME_MAX 10240

static uint8_t tags[64];
static size_t tag_bytes;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int open_tap(const char *name)
{
	struct ifreq ifreq = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	snprintf(ifreq.ifr_name, sizeof(ifreq.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifreq) < 0)
		fail(name);
	return fd;
}

static int open_device(const char *name)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
	                              .sll_protocol = htons(ETH_P_ALL),
	                              .sll_ifindex = (int)if_nametoindex(name)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || !address.sll_ifindex ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		fail(name);
	return fd;
}

static void read_tag(const char *text)
{
	unsigned type, id;
	uint16_t words[2];

	if (tag_bytes == sizeof(tags) || sscanf(text, "%x:%u", &type, &id) != 2) {
		fprintf(stderr, "vlantap: '%s' is no TYPE:ID\n", text);
		exit(2);
	}
	words[0] = htons((uint16_t)type);
	words[1] = htons((uint16_t)id);
	memcpy(tags + tag_bytes, words, sizeof(words));
	tag_bytes += sizeof(words);
}

/* Linux takes the outermost tag of a frame out and tells it beside. Puts it back; returns the frame's length. */
static size_t receive_frame(int device, uint8_t *frame)
{
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct iovec vector = {frame, FRAME_MAX};
	struct msghdr message = {
	    .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	ssize_t length = recvmsg(device, &message, 0);
	struct cmsghdr *header = length > ADDRESSES ? CMSG_FIRSTHDR(&message) : NULL;
	struct tpacket_auxdata told;
	uint16_t tag[2];

	if (!header)
		return 0;
	memcpy(&told, CMSG_DATA(header), sizeof(told));
	if (!(told.tp_status & TP_STATUS_VLAN_VALID))
		return (size_t)length;
	tag[0] = htons(told.tp_status & TP_STATUS_VLAN_TPID_VALID ? told.tp_vlan_tpid : ETH_P_8021Q);
	tag[1] = htons(told.tp_vlan_tci);
	memmove(frame + ADDRESSES + sizeof(tag), frame + ADDRESSES, (size_t)length - ADDRESSES);
	memcpy(frame + ADDRESSES, tag, sizeof(tag));
	return (size_t)length + sizeof(tag);
}

static void from_device(int device, int tap)
{
	static uint8_t frame[FRAME_MAX + 64];
	size_t length = receive_frame(device, frame);

	if (length < ADDRESSES + tag_bytes || memcmp(frame + ADDRESSES, tags, tag_bytes) != 0)
		return;
	memmove(frame + tag_bytes, frame, ADDRESSES);
	(void)!write(tap, frame + tag_bytes, length - tag_bytes);
}

static void from_tap(int device, int tap)
{
	static uint8_t frame[sizeof(tags) + FRAME_MAX];
	uint8_t *data = frame + tag_bytes;
	ssize_t length = read(tap, data, FRAME_MAX);

	if (length < ADDRESSES)
		return;
	memmove(frame, data, ADDRESSES);
	memcpy(frame + ADDRESSES, tags, tag_bytes);
	(void)!write(device, frame, (size_t)length + tag_bytes);
}

int main(int argc, char **argv)
{
	struct pollfd poll_set[2];

	if (argc < 4) {
		fputs("Usage: vlantap DEVICE TAP TYPE:ID...\n", stderr);
		return 2;
	}
	for (int i = 3; i < argc; i++)
		read_tag(argv[i]);
	poll_set[0] = (struct pollfd){.fd = open_device(argv[1]), .events = POLLIN};
	poll_set[1] = (struct pollfd){.fd = open_tap(argv[2]), .events = POLLIN};
	puts("ready");
	fflush(stdout);
	while (poll(poll_set, 2, -1) >= 0) {
		if (poll_set[0].revents)
			from_device(poll_set[0].fd, poll_set[1].fd);
		if (poll_set[1].revents)
			from_tap(poll_set[0].fd, poll_set[1].fd);
	}
	return 1;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/capture/file_format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINK_ETHERNET 1 /* LINKTYPE_ETHERNET, the same in both formats */

/* https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html */
struct pcap_header {
	uint32_t magic;
	uint16_t version_major, version_minor;
	uint32_t reserved[2];
	uint32_t snaplen;
	uint32_t link_type;
};
#define PCAP_MAGIC   0xa1b2c3d4 /* microseconds */
#define PCAP_SNAPLEN 262144

struct pcap_packet {
	uint32_t seconds, microseconds;
	uint32_t captured, length;
};

/* https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html: the bodies of blocks, their options behind. */
enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
enum { OPTION_END = 0, SECTION_APPLICATION = 4, INTERFACE_NAME = 2, PACKET_FLAGS = 2 };
#define SECTION_MAGIC  0x1a2b3c4d
#define LENGTH_UNKNOWN UINT64_MAX
#define INBOUND        1u
#define OUTBOUND       2u

struct section {
	uint32_t magic;
	uint16_t version_major, version_minor;
	uint32_t length[2]; /* of the section: a uint64_t that is not aligned as one */
};

/* Without an if_tsresol times are in microseconds. */
struct interface {
	uint16_t link_type, reserved;
	uint32_t snaplen; /* 0: no limit */
};

struct packet {
	uint32_t interface; /* which of the section's, from 0 on */
	uint32_t time_high, time_low;
	uint32_t captured, length;
};

struct option {
	uint16_t code, length;
};

/* Where a file goes; without bytes it only becomes longer. */
struct target {
	uint8_t *bytes;
	size_t length;
};

static void put(struct target *to, const void *bytes, size_t length)
{
	if (to->bytes)
		memcpy(to->bytes + to->length, bytes, length);
	to->length += length;
}

/* What is in a block begins at multiples of 4 bytes. */
static void put_padded(struct target *to, const void *bytes, size_t length)
{
	static const uint8_t zero[4];

	put(to, bytes, length);
	put(to, zero, -length & 3);
}

static void put_option(struct target *to, uint16_t code, const void *value, size_t length)
{
	const struct option option = {.code = code, .length = (uint16_t)length};

	put(to, &option, sizeof(option));
	put_padded(to, value, length);
}

/* Returns where the block begins. Its length is known at its end, and stands at both. */
static size_t begin_block(struct target *to, uint32_t type)
{
	const uint32_t head[2] = {type};
	size_t start = to->length;

	put(to, head, sizeof(head));
	return start;
}

static void end_block(struct target *to, size_t start)
{
	uint32_t length;

	put_option(to, OPTION_END, "", 0);
	length = (uint32_t)(to->length - start + sizeof(length));
	put(to, &length, sizeof(length));
	if (to->bytes)
		memcpy(to->bytes + start + sizeof(uint32_t), &length, sizeof(length));
}

static void put_section(struct target *to)
{
	static const char application[] = "Hadrian " HADRIAN_VERSION " pcapdump";
	const uint64_t unknown = LENGTH_UNKNOWN;
	struct section section = {.magic = SECTION_MAGIC, .version_major = 1};
	size_t start = begin_block(to, BLOCK_SECTION);

	memcpy(section.length, &unknown, sizeof(unknown));
	put(to, &section, sizeof(section));
	put_option(to, SECTION_APPLICATION, application, strlen(application));
	end_block(to, start);
}

static void put_interface(struct target *to, const char *name)
{
	const struct interface interface = {.link_type = LINK_ETHERNET};
	size_t start = begin_block(to, BLOCK_INTERFACE);

	put(to, &interface, sizeof(interface));
	put_option(to, INTERFACE_NAME, name, strlen(name));
	end_block(to, start);
}

static void put_packet(struct target *to, const struct captured_packet *captured)
{
	const struct packet packet = {.time_high = (uint32_t)(captured->time_us >> 32),
	                              .time_low = (uint32_t)captured->time_us,
	                              .captured = captured->captured,
	                              .length = captured->length};
	const uint32_t flags = captured->sent ? OUTBOUND : INBOUND;
	size_t start = begin_block(to, BLOCK_PACKET);

	put(to, &packet, sizeof(packet));
	put_padded(to, captured->bytes, captured->captured);
	put_option(to, PACKET_FLAGS, &flags, sizeof(flags));
	end_block(to, start);
}

static void write_pcapng(struct target *to, const char *interface, const struct capture_buffer *buffer)
{
	struct captured_packet packet;

	put_section(to);
	put_interface(to, interface);
	for (size_t at = 0; capture_buffer_next(buffer, &at, &packet);)
		put_packet(to, &packet);
}

static void write_pcap(struct target *to, const struct capture_buffer *buffer)
{
	const struct pcap_header header = {.magic = PCAP_MAGIC,
	                                   .version_major = 2,
	                                   .version_minor = 4,
	                                   .snaplen = PCAP_SNAPLEN,
	                                   .link_type = LINK_ETHERNET};
	struct captured_packet packet;

	put(to, &header, sizeof(header));
	for (size_t at = 0; capture_buffer_next(buffer, &at, &packet);) {
		const struct pcap_packet each = {.seconds = (uint32_t)(packet.time_us / 1000000),
		                                 .microseconds = (uint32_t)(packet.time_us % 1000000),
		                                 .captured = packet.captured,
		                                 .length = packet.length};

		put(to, &each, sizeof(each));
		put(to, packet.bytes, packet.captured);
	}
}

enum capture_file capture_file_of(const char *name)
{
	const char *ending = strrchr(name, '.');

	if (ending && !strcmp(ending, ".cap"))
		return CAPTURE_FILE_PCAP;
	return ending && !strcmp(ending, ".pcapng") ? CAPTURE_FILE_PCAPNG : CAPTURE_FILE_NONE;
}

static void write_file(struct target *to, enum capture_file file, const char *interface,
                       const struct capture_buffer *buffer)
{
	if (file == CAPTURE_FILE_PCAPNG)
		write_pcapng(to, interface, buffer);
	else
		write_pcap(to, buffer);
}

int capture_file_make(enum capture_file file, const char *interface, const struct capture_buffer *buffer,
                      uint8_t **bytes, size_t *length)
{
	struct target counted = {0}, to = {0};

	write_file(&counted, file, interface, buffer);
	to.bytes = malloc(counted.length);
	if (!to.bytes)
		return -ENOMEM;
	write_file(&to, file, interface, buffer);
	*bytes = to.bytes;
	*length = to.length;
	return 0;
}

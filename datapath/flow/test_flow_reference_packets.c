/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/test_flow_reference_packets.h"

#include <arpa/inet.h>

static uint64_t state;

void random_seed(uint64_t seed)
{
	state = seed;
}

uint64_t any(uint64_t below)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (z ^ z >> 31) % below;
}

bool one_in(unsigned number)
{
	return any(number) == 0;
}

static const char *const hosts[2][11] = {
    {"10.1.0.10", "10.1.0.11", "198.51.100.10", "203.0.113.5", "203.0.113.6", "10.1.0.1", "198.51.100.1",
     "198.51.100.2", "10.1.0.255", "224.0.0.1", "192.0.2.1"},
    {CLIENT6, "2001:db8:1::11", SERVER6, BEHIND6, "2001:db8:3::78", LAN_SHARED6, WAN_SHARED6, "2001:db8:2::2",
     "::1", "ff02::5", "2001:db8:9::1"},
};
static const uint8_t protocols[] = {17, 17, 17, 6, 6, 1, 1, 47, 89};
const uint16_t random_ports[6] = {1, 53, 80, 1000, 1001, 40000};

uint8_t random_protocol(bool ipv6)
{
	uint8_t protocol = protocols[any(RTE_DIM(protocols))];

	return ipv6 && protocol == 1 ? 58 : protocol;
}

void put_long(uint8_t *at, uint32_t value)
{
	rte_be32_t big = rte_cpu_to_be_32(value);

	memcpy(at, &big, sizeof(big));
}

/* Behind the ports, which stand. At least 32 bytes are there; numbers and window are any that stand there too. */
static void set_tcp(uint8_t *transport, uint8_t flags)
{
	uint8_t options[12] = {2, 4, one_in(8) ? 2 : 5, 100, 1, 3, 3, (uint8_t)any(16), 1, 1, 4, 2};
	bool plain = one_in(2);

	/* Another kind or length, or a value. */
	if (one_in(4))
		options[any(sizeof(options))] = (uint8_t)any(one_in(2) ? 10 : 256);
	transport[12] = plain ? 5 << 4 : 8 << 4;
	transport[13] = flags;
	if (!plain)
		memcpy(transport + 20, options, sizeof(options));
}

static void set_ports(struct rte_mbuf *mbuf, uint8_t protocol, uint16_t header)
{
	uint8_t *transport = rte_pktmbuf_mtod_offset(mbuf, uint8_t *, header);
	uint16_t from = random_ports[any(RTE_DIM(random_ports))],
	         to = random_ports[any(RTE_DIM(random_ports))], translated, remote;

	/* Often an answer to what was translated. */
	if (one_in(3) &&
	    reference_translation((unsigned)any(8), header == 20 ? 4 : 6, protocol, &translated, &remote))
		from = remote, to = translated;
	if (protocol == IPPROTO_UDP || protocol == IPPROTO_TCP) {
		transport[0] = from >> 8, transport[1] = from & 0xff;
		transport[2] = to >> 8, transport[3] = to & 0xff;
	} else if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6) {
		transport[4] = to >> 8, transport[5] = to & 0xff;
	}
	if (protocol == IPPROTO_UDP)
		transport[4] = 0, transport[5] = (uint8_t)(rte_pktmbuf_data_len(mbuf) - header);
	if (protocol == IPPROTO_TCP)
		set_tcp(transport, one_in(4) ? (uint8_t)any(256) : RTE_TCP_SYN_FLAG);
	if (protocol == IPPROTO_ICMP)
		transport[0] = one_in(2) ? 8 : 0;
	if (protocol == IPPROTO_ICMPV6)
		transport[0] = one_in(2) ? 128 : 129;
}

static void fill_checksums(struct rte_mbuf *mbuf, bool ipv6, uint8_t protocol)
{
	void *header = rte_pktmbuf_mtod(mbuf, void *);
	uint8_t *transport = (uint8_t *)header + (ipv6 ? 40 : 20);
	uint16_t length = rte_pktmbuf_data_len(mbuf) - (ipv6 ? 40 : 20), sum;
	unsigned at = protocol == IPPROTO_UDP ? 6 : protocol == IPPROTO_TCP ? 16 : 2;

	if (!ipv6) {
		((struct rte_ipv4_hdr *)header)->hdr_checksum = rte_ipv4_cksum(header);
	}
	if (protocol != IPPROTO_UDP && protocol != IPPROTO_TCP && protocol != IPPROTO_ICMP &&
	    protocol != IPPROTO_ICMPV6)
		return;
	memset(transport + at, 0, sizeof(sum));
	if (protocol == IPPROTO_ICMP)
		sum = (uint16_t)~rte_raw_cksum(transport, length);
	else
		sum = ipv6 ? rte_ipv6_udptcp_cksum(header, transport)
		           : rte_ipv4_udptcp_cksum(header, transport);
	if (protocol == IPPROTO_UDP && !ipv6 && one_in(4))
		sum = 0;
	memcpy(transport + at, &sum, sizeof(sum));
}

static void damage(struct rte_mbuf *mbuf, bool ipv6)
{
	uint8_t *packet = rte_pktmbuf_mtod(mbuf, uint8_t *), protocol = packet[9];

	switch (any(6)) {
	case 0: /* the length of the packet, which may be true of fewer bytes */
		packet[ipv6 ? 5 : 3] = (uint8_t)any(256);
		break;
	case 1: /* any byte of the headers, but for fragments */
		packet[ipv6 ? any(6) : 8 + any(4)] ^= 1 << any(8);
		if (ipv6)
			packet[0] |= 0x10;
		/* UDP's ports as ICMP's type and code: of ICMP the reference knows echoes alone. */
		else if (packet[9] == IPPROTO_ICMP)
			packet[9] = protocol;
		break;
	case 2:
		rte_pktmbuf_trim(mbuf, any(rte_pktmbuf_data_len(mbuf)));
		return;
	case 3: /* padding */
		memset(rte_pktmbuf_append(mbuf, 7), 0xee, 7);
		return;
	case 4: /* the transport's own length */
		packet[ipv6 ? 45 : 25] = (uint8_t)any(256);
		break;
	default:
		packet[ipv6 ? 7 : 8] = (uint8_t)any(3);
		break;
	}
	if (!ipv6 && !one_in(4))
		((struct rte_ipv4_hdr *)packet)->hdr_checksum = 0,
		                      ((struct rte_ipv4_hdr *)packet)->hdr_checksum =
		                          rte_ipv4_cksum((struct rte_ipv4_hdr *)packet);
}

static struct rte_mbuf *new_packet(bool ipv6, uint8_t protocol, const uint8_t *source,
                                   const uint8_t *destination, uint16_t least)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(datapath.packets);
	uint16_t header = ipv6 ? 40 : 20, length = (uint16_t)(header + least + any(60));
	uint8_t *packet = (uint8_t *)rte_pktmbuf_append(mbuf, length);

	for (unsigned i = 0; i < length; i++)
		packet[i] = (uint8_t)any(256);
	memset(packet, 0, header);
	packet[0] = ipv6 ? 0x60 : 0x45;
	packet[ipv6 ? 6 : 9] = protocol;
	packet[ipv6 ? 7 : 8] = one_in(20) ? (uint8_t)any(3) : 64;
	if (ipv6)
		packet[5] = (uint8_t)(length - header);
	else
		packet[3] = (uint8_t)length;
	memcpy(packet + (ipv6 ? 8 : 12), source, ipv6 ? 16 : 4);
	memcpy(packet + (ipv6 ? 24 : 16), destination, ipv6 ? 16 : 4);
	return mbuf;
}

static struct random_packet packet_of_anything(void)
{
	struct random_packet made = {.interface = one_in(2) ? LAN : WAN, .ipv6 = one_in(2)};
	uint8_t protocol = random_protocol(made.ipv6), source[16], destination[16];
	unsigned last = one_in(8) ? RTE_DIM(hosts[0]) : 8, from = (unsigned)any(last),
	         to = (unsigned)any(last);
	uint16_t header = made.ipv6 ? 40 : 20;

	/* Most connections from the LAN, or there would be few. */
	if (protocol == IPPROTO_TCP && !one_in(4))
		made.interface = LAN, from = (unsigned)any(2), to = 2 + (unsigned)any(3);
	inet_pton(made.ipv6 ? AF_INET6 : AF_INET, hosts[made.ipv6][from], source);
	inet_pton(made.ipv6 ? AF_INET6 : AF_INET, hosts[made.ipv6][to], destination);
	made.mbuf = new_packet(made.ipv6, protocol, source, destination, 32);
	memset(rte_pktmbuf_mtod_offset(made.mbuf, uint8_t *, header), 0, 8);
	set_ports(made.mbuf, protocol, header);
	fill_checksums(made.mbuf, made.ipv6, protocol);
	return made;
}

/* --- segments of a connection ----------------------------------------------------------------------------- */

/* What most often comes next from that end, or what ends it. */
static uint8_t likely_flags(const struct reference_tcp *tcp, unsigned end)
{
	if (one_in(12))
		return (uint8_t)any(256);
	if (one_in(16))
		return one_in(2) ? RTE_TCP_RST_FLAG : RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG;
	if (one_in(12))
		return end ? RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG : RTE_TCP_SYN_FLAG;
	switch (tcp->state) {
	case REFERENCE_TCP_NOTHING:
	case REFERENCE_TCP_SYN_SENT:
		return end ? RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG : RTE_TCP_SYN_FLAG;
	case REFERENCE_TCP_CLOSING:
		if (tcp->reset && end == 0 && one_in(2))
			return RTE_TCP_SYN_FLAG;
		return one_in(3) ? RTE_TCP_FIN_FLAG | RTE_TCP_ACK_FLAG : RTE_TCP_ACK_FLAG;
	default:
		return one_in(16)  ? RTE_TCP_FIN_FLAG | RTE_TCP_ACK_FLAG
		       : one_in(4) ? RTE_TCP_PSH_FLAG | RTE_TCP_ACK_FLAG
		                   : RTE_TCP_ACK_FLAG;
	}
}

static uint32_t beside(uint32_t number)
{
	return number + (uint32_t)any(5) - 2;
}

/* The next number, or one at a bound of those that are good, or any. */
static uint32_t likely_sequence(const struct reference_tcp_end *own, const struct reference_tcp_end *other,
                                uint32_t payload)
{
	if (!one_in(3))
		return own->sent;
	switch (any(4)) {
	case 0:
		return beside(own->sent);
	case 1:
		return beside(other->allowed + 1) - payload;
	case 2:
		return beside(own->sent - reference_tcp_window(other)) - payload;
	default:
		return (uint32_t)any(UINT64_C(1) << 32);
	}
}

static uint32_t likely_acknowledgement(const struct reference_tcp_end *own,
                                       const struct reference_tcp_end *other)
{
	if (!one_in(4))
		return other->sent;
	switch (any(4)) {
	case 0:
		return beside(other->sent);
	case 1:
		return beside(other->sent - reference_tcp_window(own) - REFERENCE_ACK_BEHIND);
	case 2: /* the last that a SYN's answer may have */
		return beside(other->sent - 1460);
	default:
		return (uint32_t)any(UINT64_C(1) << 32);
	}
}

/* One of the few connections that go on for long. False where there is none. */
static bool packet_of_connection(struct random_packet *made)
{
	unsigned end = (unsigned)any(2);
	struct reference_end connection;
	uint8_t *transport, *ports;
	uint32_t payload;

	if (!reference_end((unsigned)any(4), end, IPPROTO_TCP, &connection))
		return false;
	*made = (struct random_packet){.interface = connection.interface, .ipv6 = connection.family == 6};
	made->mbuf = new_packet(made->ipv6, IPPROTO_TCP, connection.source, connection.destination, 32);
	transport = rte_pktmbuf_mtod_offset(made->mbuf, uint8_t *, made->ipv6 ? 40 : 20);
	ports = transport;
	ports[0] = connection.source_port >> 8, ports[1] = connection.source_port & 0xff;
	ports[2] = connection.destination_port >> 8, ports[3] = connection.destination_port & 0xff;
	set_tcp(transport, likely_flags(&connection.tcp, end));
	payload = rte_pktmbuf_data_len(made->mbuf) - (made->ipv6 ? 40u : 20u) - (transport[12] >> 2);
	put_long(transport + 4,
	         likely_sequence(&connection.tcp.end[end], &connection.tcp.end[!end], payload));
	put_long(transport + 8, likely_acknowledgement(&connection.tcp.end[end], &connection.tcp.end[!end]));
	fill_checksums(made->mbuf, made->ipv6, IPPROTO_TCP);
	return true;
}

/* --- errors about packets --------------------------------------------------------------------------------- */

static uint8_t likely_error(bool ipv6)
{
	static const uint8_t types[2][4] = {{3, 3, 11, 12}, {1, 2, 3, 4}};

	return types[ipv6][any(4)];
}

/* The headers of a packet that the other end has sent to this one, at whose side it is. */
static void quote(uint8_t *packet, unsigned length, const struct reference_end *here, unsigned end)
{
	bool ipv6 = here->family == 6;
	uint8_t *transport = packet + (ipv6 ? 40 : 20);

	memset(packet, 0, ipv6 ? 8 : 12);
	packet[0] = ipv6 ? 0x60 : 0x45;
	packet[ipv6 ? 5 : 3] = (uint8_t)any(256);
	packet[ipv6 ? 7 : 8] = (uint8_t)any(64);
	packet[ipv6 ? 6 : 9] = here->protocol;
	memcpy(packet + (ipv6 ? 8 : 12), here->destination, ipv6 ? 16 : 4);
	memcpy(packet + (ipv6 ? 24 : 16), here->source, ipv6 ? 16 : 4);
	if (here->protocol == IPPROTO_UDP || here->protocol == IPPROTO_TCP) {
		transport[0] = here->destination_port >> 8, transport[1] = here->destination_port & 0xff;
		transport[2] = here->source_port >> 8, transport[3] = here->source_port & 0xff;
	} else if (here->protocol == IPPROTO_ICMP || here->protocol == IPPROTO_ICMPV6) {
		uint16_t identifier = here->source_port | here->destination_port;

		transport[0] = here->echo_reply ? (ipv6 ? 128 : 8) : (ipv6 ? 129 : 0);
		transport[4] = identifier >> 8, transport[5] = identifier & 0xff;
	}
	if (here->protocol == IPPROTO_TCP && !one_in(6))
		put_long(transport + 4, likely_sequence(&here->tcp.end[!end], &here->tcp.end[end],
		                                        one_in(2) ? 0 : REFERENCE_ACK_BEHIND));
	/* Of UDP some have none. */
	if (here->protocol == IPPROTO_UDP && one_in(4) && length >= (ipv6 ? 48u : 28u))
		memset(transport + 6, 0, 2);
	/* And some are about nothing: but no header becomes an extension header. */
	if (one_in(6)) {
		unsigned at = (unsigned)any((ipv6 ? 40 : 20) + 4);

		if (!ipv6 || at != 6)
			packet[at] ^= 1 << any(8);
	}
}

/* From one end of a flow or from a router, about what the other end has sent. False where there is no flow. */
static bool packet_of_error(struct random_packet *made)
{
	unsigned end = (unsigned)any(2), header;
	struct reference_end here;
	uint8_t *message, source[16];

	if (!reference_end((unsigned)any(40), end, 0, &here))
		return false;
	*made = (struct random_packet){.interface = here.interface, .ipv6 = here.family == 6};
	header = made->ipv6 ? 40 : 20;
	memcpy(source, here.source, sizeof(source));
	if (one_in(2))
		inet_pton(made->ipv6 ? AF_INET6 : AF_INET, hosts[made->ipv6][any(5)], source);
	made->mbuf = new_packet(made->ipv6, made->ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP, source,
	                        here.destination, 8 + header + 8);
	message = rte_pktmbuf_mtod_offset(made->mbuf, uint8_t *, header);
	message[0] = likely_error(made->ipv6);
	message[1] = (uint8_t)any(6);
	/* The MTU of packet too big: both sides of the least one. */
	memset(message + 4, 0, 2);
	message[6] = one_in(2) ? 4 : 5;
	quote(message + 8, rte_pktmbuf_data_len(made->mbuf) - header - 8, &here, end);
	fill_checksums(made->mbuf, made->ipv6, made->ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
	if (one_in(16))
		message[2] ^= 1;
	return true;
}

/* --- options and extension headers ------------------------------------------------------------------------ */

/* Room for that many bytes behind the IP header. */
static uint8_t *open_gap(struct random_packet *made, uint16_t length)
{
	unsigned header = made->ipv6 ? 40 : 20, rest = rte_pktmbuf_data_len(made->mbuf) - header;
	uint8_t *gap;

	ck_assert_ptr_nonnull(rte_pktmbuf_append(made->mbuf, length));
	gap = rte_pktmbuf_mtod_offset(made->mbuf, uint8_t *, header);
	memmove(gap + length, gap, rest);
	for (unsigned i = 0; i < length; i++)
		gap[i] = (uint8_t)any(256);
	return gap;
}

static void add_options(struct random_packet *made)
{
	/* Router alert, record route, time stamp, source routes, one that nobody knows, one that cannot be read. */
	static const uint8_t options[][4] = {{148, 4, 0, 0}, {148, 4, 1, 1}, {148, 3, 1, 1},
	                                     {7, 3, 4, 1},   {68, 4, 5, 0},  {131, 3, 4, 1},
	                                     {137, 3, 4, 1}, {200, 4, 0, 0}, {200, 9, 0, 0}};
	uint16_t length = (uint16_t)(4 * (1 + any(4)));
	uint8_t *at = open_gap(made, length);
	struct rte_ipv4_hdr *header = rte_pktmbuf_mtod(made->mbuf, struct rte_ipv4_hdr *);

	if (!one_in(20))
		memset(at, 1, length);
	if (!one_in(3))
		memcpy(at + any(length - 3u), options[one_in(2) ? 0 : any(RTE_DIM(options))], 4);
	/* Nothing behind the end is looked at. */
	if (one_in(4))
		at[any(length)] = 0;
	header->version_ihl = (uint8_t)(0x45 + length / 4);
	header->total_length = rte_cpu_to_be_16(rte_pktmbuf_data_len(made->mbuf));
	header->hdr_checksum = 0;
	header->hdr_checksum = rte_ipv4_cksum(header);
}

/* In front of those that are there. */
static void add_extension(struct random_packet *made, uint8_t which)
{
	uint8_t units = one_in(3), *at = open_gap(made, (uint16_t)(8 * (units + 1)));
	struct rte_ipv6_hdr *header = rte_pktmbuf_mtod(made->mbuf, struct rte_ipv6_hdr *);

	at[0] = header->proto;
	at[1] = one_in(20) ? 255 : units;
	/* Of a routing header the type, and how many stops there are. */
	at[2] = (uint8_t)any(4);
	at[3] = one_in(3) ? (uint8_t)any(3) : 0;
	header->proto = which;
	header->payload_len = rte_cpu_to_be_16(rte_pktmbuf_data_len(made->mbuf) - 40);
}

static void add_headers(struct random_packet *made)
{
	static const uint8_t headers[] = {IPPROTO_HOPOPTS, IPPROTO_DSTOPTS, IPPROTO_DSTOPTS, IPPROTO_ROUTING};
	bool many = one_in(8); /* about as many as pass */
	uint64_t extensions = many ? 7 + any(4) : 1 + any(2);

	if (!made->ipv6)
		add_options(made);
	for (uint64_t i = 0; made->ipv6 && i < extensions; i++)
		add_extension(made, many ? IPPROTO_DSTOPTS : headers[any(RTE_DIM(headers))]);
}

struct random_packet random_packet(void)
{
	struct random_packet made;

	bool found = one_in(3) ? packet_of_connection(&made) : one_in(4) ? packet_of_error(&made) : false;

	if (!found)
		made = packet_of_anything();
	if (one_in(6))
		add_headers(&made);
	made.damaged = one_in(10);
	if (made.damaged)
		damage(made.mbuf, made.ipv6);
	return made;
}

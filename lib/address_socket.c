/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "address_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

socklen_t address_socket(const struct ip_address *address, uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (address->version == 6) {
		ipv6->sin6_family = AF_INET6;
		ipv6->sin6_port = htons(port);
		memcpy(&ipv6->sin6_addr, address->bytes, sizeof(ipv6->sin6_addr));
		return sizeof(*ipv6);
	}
	ipv4->sin_family = AF_INET;
	ipv4->sin_port = htons(port);
	memcpy(&ipv4->sin_addr, address->bytes, sizeof(ipv4->sin_addr));
	return sizeof(*ipv4);
}

struct ip_address address_of_socket(const struct sockaddr_storage *socket)
{
	const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)socket;
	const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)socket;
	struct ip_address address = {0};

	if (socket->ss_family == AF_INET)
		return ip_address_from_ip4(ntohl(ipv4->sin_addr.s_addr));
	if (socket->ss_family != AF_INET6)
		return address;
	if (IN6_IS_ADDR_V4MAPPED(&ipv6->sin6_addr)) {
		address.version = 4;
		memcpy(address.bytes, ipv6->sin6_addr.s6_addr + 12, 4);
		return address;
	}
	address.version = 6;
	memcpy(address.bytes, &ipv6->sin6_addr, sizeof(address.bytes));
	return address;
}

int address_bind_early(int fd)
{
	int one = 1;

	/* Of IPv6 sockets too. */
	return setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one));
}

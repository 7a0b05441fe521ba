/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/host/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAX      512
#define ROUTE_PROTOCOL   72 /* ours among RTPROT_*, so that people see whose routes these are */
#define ROUTE_METRIC_MIN 1

struct request {
	struct nlmsghdr header;
	union {
		struct ifinfomsg link;
		struct ifaddrmsg address;
		struct rtmsg route;
	};
	uint8_t attributes[REQUEST_MAX];
};

static int handle = -1;
static uint32_t sequence;

int netlink_open(void)
{
	struct sockaddr_nl local = {.nl_family = AF_NETLINK};

	handle = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (handle < 0)
		return -errno;
	if (bind(handle, (struct sockaddr *)&local, sizeof(local)) < 0) {
		int error = -errno;

		netlink_close();
		return error;
	}
	return 0;
}

void netlink_close(void)
{
	if (handle >= 0)
		close(handle);
	handle = -1;
}

static void begin(struct request *request, uint16_t type, uint16_t flags, size_t body)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = NLMSG_LENGTH(body);
	request->header.nlmsg_type = type;
	request->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	request->header.nlmsg_seq = ++sequence;
}

static struct rtattr *add(struct request *request, uint16_t type, const void *data, size_t length)
{
	struct rtattr *attribute =
	    (struct rtattr *)((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));

	attribute->rta_type = type;
	attribute->rta_len = (uint16_t)RTA_LENGTH(length);
	if (length)
		memcpy(RTA_DATA(attribute), data, length);
	request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len) + RTA_ALIGN(attribute->rta_len);
	return attribute;
}

/* Sends and waits for the acknowledgement, which the kernel writes before sendto returns. */
static int transact(struct request *request)
{
	_Alignas(struct nlmsghdr) char buffer[4096];
	const struct nlmsghdr *header = (const struct nlmsghdr *)buffer;
	ssize_t length;

	request->header.nlmsg_flags |= NLM_F_ACK;
	if (send(handle, request, request->header.nlmsg_len, 0) < 0)
		return -errno;
	do {
		length = recv(handle, buffer, sizeof(buffer), 0);
		if (length < 0)
			return -errno;
	} while ((size_t)length < NLMSG_LENGTH(sizeof(struct nlmsgerr)) ||
	         header->nlmsg_seq != request->header.nlmsg_seq || header->nlmsg_type != NLMSG_ERROR);
	return ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
}

static uint8_t family(const struct ip_address *address)
{
	return address->version == 6 ? AF_INET6 : AF_INET;
}

static size_t address_length(uint8_t family)
{
	return family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
}

static void add_address(struct request *request, uint16_t type, const struct ip_address *address)
{
	add(request, type, address->bytes, address_length(family(address)));
}

static int address_request(uint16_t type, uint16_t flags, int interface,
                           const struct netlink_address *address, uint32_t address_flags)
{
	const struct ifa_cacheinfo no_longer_preferred = {.ifa_prefered = 0, .ifa_valid = UINT32_MAX};
	struct request request;

	begin(&request, type, flags, sizeof(request.address));
	request.address.ifa_family = family(&address->address);
	request.address.ifa_prefixlen = address->prefix_length;
	request.address.ifa_index = (uint32_t)interface;
	request.address.ifa_scope = RT_SCOPE_UNIVERSE;
	add_address(&request, IFA_LOCAL, &address->address);
	add_address(&request, IFA_ADDRESS, &address->address);
	if (address_flags)
		add(&request, IFA_FLAGS, &address_flags, sizeof(address_flags));
	if (address->deprecated)
		add(&request, IFA_CACHEINFO, &no_longer_preferred, sizeof(no_longer_preferred));
	return transact(&request);
}

int netlink_address_add(int interface, const struct netlink_address *address, bool with_route)
{
	uint32_t flags = address->address.version == 6 ? IFA_F_NODAD : 0;
	int error = address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, interface, address,
	                            with_route ? flags : flags | IFA_F_NOPREFIXROUTE);

	return error == -EEXIST ? 0 : error;
}

int netlink_address_delete(int interface, const struct netlink_address *address)
{
	return address_request(RTM_DELADDR, 0, interface, address, 0);
}

static int address_of(const struct nlmsghdr *header, int interface, struct netlink_address *out)
{
	const struct ifaddrmsg *message = NLMSG_DATA(header);
	int length = (int)IFA_PAYLOAD(header);

	if (header->nlmsg_type != RTM_NEWADDR || message->ifa_index != (uint32_t)interface)
		return 0;
	if (message->ifa_family != AF_INET && message->ifa_family != AF_INET6)
		return 0;
	*out = (struct netlink_address){.prefix_length = message->ifa_prefixlen};
	for (const struct rtattr *attribute = IFA_RTA(message); RTA_OK(attribute, length);
	     attribute = RTA_NEXT(attribute, length)) {
		if ((attribute->rta_type != IFA_LOCAL && attribute->rta_type != IFA_ADDRESS) ||
		    RTA_PAYLOAD(attribute) != address_length(message->ifa_family))
			continue;
		memcpy(out->address.bytes, RTA_DATA(attribute), RTA_PAYLOAD(attribute));
		out->address.version = message->ifa_family == AF_INET6 ? 6 : 4;
		/* Without a peer both are the same, and of IPv6 there is only the second. */
		if (attribute->rta_type == IFA_LOCAL)
			break;
	}
	return out->address.version != 0;
}

/* Into an array of a power of two of places, which count alone tells. */
static int append(struct netlink_address **list, int count, const struct netlink_address *address)
{
	if (!*list || !(count & (count - 1))) {
		struct netlink_address *grown =
		    realloc(*list, (count ? 2 * (size_t)count : 1) * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		*list = grown;
	}
	(*list)[count] = *address;
	return count + 1;
}

/* The answers of one message, appended. Returns how many there are now, or -errno; *done at the last. */
static int read_addresses(const char *buffer, int length, uint32_t sequence, int interface,
                          struct netlink_address **list, int count, bool *done)
{
	struct netlink_address address;

	for (const struct nlmsghdr *header = (const struct nlmsghdr *)buffer;
	     NLMSG_OK(header, length) && count >= 0; header = NLMSG_NEXT(header, length)) {
		if (header->nlmsg_seq != sequence)
			continue;
		*done = header->nlmsg_type == NLMSG_DONE;
		if (*done)
			return count;
		if (header->nlmsg_type == NLMSG_ERROR)
			return ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
		if (address_of(header, interface, &address))
			count = append(list, count, &address);
	}
	return count;
}

int netlink_addresses(int interface, uint32_t version, struct netlink_address **out)
{
	_Alignas(struct nlmsghdr) char buffer[32768];
	struct request request;
	bool done = false;
	int count = 0;

	*out = NULL;
	begin(&request, RTM_GETADDR, NLM_F_DUMP, sizeof(request.address));
	request.address.ifa_family = version == 4 ? AF_INET : version == 6 ? AF_INET6 : AF_UNSPEC;
	if (send(handle, &request, request.header.nlmsg_len, 0) < 0)
		return -errno;
	while (!done && count >= 0) {
		ssize_t got = recv(handle, buffer, sizeof(buffer), 0);

		count = got < 0 ? -errno
		                : read_addresses(buffer, (int)got, request.header.nlmsg_seq, interface, out,
		                                 count, &done);
	}
	if (count < 0) {
		free(*out);
		*out = NULL;
	}
	return count;
}

static int route_request(uint16_t type, uint16_t flags, const struct netlink_route *route)
{
	uint32_t metric = route->metric < ROUTE_METRIC_MIN ? ROUTE_METRIC_MIN : route->metric;
	struct request request;

	begin(&request, type, flags, sizeof(request.route));
	request.route.rtm_family = family(&route->network);
	request.route.rtm_dst_len = route->prefix_length;
	request.route.rtm_table = route->local ? RT_TABLE_LOCAL : RT_TABLE_MAIN;
	request.route.rtm_protocol = ROUTE_PROTOCOL;
	request.route.rtm_scope = route->network.version == 6 ? RT_SCOPE_UNIVERSE
	                          : route->local              ? RT_SCOPE_HOST
	                                                      : RT_SCOPE_LINK;
	request.route.rtm_type = route->local ? RTN_LOCAL : RTN_UNICAST;
	add_address(&request, RTA_DST, &route->network);
	add(&request, RTA_OIF, &route->interface, sizeof(route->interface));
	add(&request, RTA_PRIORITY, &metric, sizeof(metric));
	if (route->source.version)
		add_address(&request, RTA_PREFSRC, &route->source);
	if (route->mtu) {
		struct rtattr *nest = add(&request, RTA_METRICS | NLA_F_NESTED, NULL, 0);

		add(&request, RTAX_MTU, &route->mtu, sizeof(route->mtu));
		nest->rta_len = (uint16_t)((char *)&request + request.header.nlmsg_len - (char *)nest);
	}
	return transact(&request);
}

int netlink_route_add(const struct netlink_route *route)
{
	/* Appended: two interfaces may have a route to one network, and neither may displace the other. */
	int error = route_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, route);

	return error == -EEXIST ? 0 : error;
}

int netlink_route_delete(const struct netlink_route *route)
{
	return route_request(RTM_DELROUTE, 0, route);
}

static int xdp_detach(int interface, uint32_t mode)
{
	struct request request;
	struct rtattr *nest;
	int32_t none = -1;

	begin(&request, RTM_SETLINK, 0, sizeof(request.link));
	request.link.ifi_family = AF_UNSPEC;
	request.link.ifi_index = interface;
	nest = add(&request, IFLA_XDP | NLA_F_NESTED, NULL, 0);
	add(&request, IFLA_XDP_FD, &none, sizeof(none));
	add(&request, IFLA_XDP_FLAGS, &mode, sizeof(mode));
	nest->rta_len = (uint16_t)((char *)&request + request.header.nlmsg_len - (char *)nest);
	return transact(&request);
}

int netlink_xdp_detach(int interface)
{
	int generic = xdp_detach(interface, XDP_FLAGS_SKB_MODE);
	int native = xdp_detach(interface, XDP_FLAGS_DRV_MODE);

	/* A mode that the kernel or the device does not have holds no program. */
	if (native && native != -EOPNOTSUPP)
		return native;
	return generic == -EOPNOTSUPP ? 0 : generic;
}

int netlink_watch_links(void)
{
	struct sockaddr_nl local = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&local, sizeof(local)) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/host/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void read_metrics(const struct rtattr *nest, struct netlink_path *out)
{
	int length = (int)RTA_PAYLOAD(nest);

	for (const struct rtattr *metric = RTA_DATA(nest); RTA_OK(metric, length);
	     metric = RTA_NEXT(metric, length)) {
		if (metric->rta_type == RTAX_MTU && RTA_PAYLOAD(metric) >= sizeof(out->mtu))
			memcpy(&out->mtu, RTA_DATA(metric), sizeof(out->mtu));
	}
}

static int read_answer(const struct nlmsghdr *header, struct netlink_path *out)
{
	struct rtmsg *route = NLMSG_DATA(header);
	int length = (int)RTM_PAYLOAD(header);
	struct rta_cacheinfo cache;

	if (header->nlmsg_type == NLMSG_ERROR)
		return ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
	if (header->nlmsg_type != RTM_NEWROUTE)
		return -EPROTO;
	for (const struct rtattr *attribute = RTM_RTA(route); RTA_OK(attribute, length);
	     attribute = RTA_NEXT(attribute, length)) {
		if ((attribute->rta_type & NLA_TYPE_MASK) == RTA_METRICS)
			read_metrics(attribute, out);
		if (attribute->rta_type == RTA_CACHEINFO && RTA_PAYLOAD(attribute) >= sizeof(cache)) {
			memcpy(&cache, RTA_DATA(attribute), sizeof(cache));
			if (cache.rta_expires > 0)
				out->expires_s = (uint32_t)(cache.rta_expires / sysconf(_SC_CLK_TCK));
		}
	}
	return 0;
}

int netlink_path_get(const struct ip_address *destination, struct netlink_path *out)
{
	size_t length = destination->version == 6 ? 16 : 4;
	struct {
		struct nlmsghdr header;
		struct rtmsg route;
		struct rtattr attribute;
		uint8_t destination[16];
	} request = {.header = {.nlmsg_len = sizeof(request) - 16 + length,
	                        .nlmsg_type = RTM_GETROUTE,
	                        .nlmsg_flags = NLM_F_REQUEST},
	             .route = {.rtm_family = length == 16 ? AF_INET6 : AF_INET, .rtm_dst_len = length * 8},
	             .attribute = {.rta_len = RTA_LENGTH(length), .rta_type = RTA_DST}};
	_Alignas(struct nlmsghdr) char buffer[4096] = {0};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), error = 0;
	ssize_t got;

	*out = (struct netlink_path){0};
	if (fd < 0)
		return -errno;
	memcpy(request.destination, destination->bytes, length);
	/* The kernel has written the answer before send returns. */
	got = send(fd, &request, request.header.nlmsg_len, 0) < 0
	          ? -1
	          : recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	if (got < 0)
		error = -errno;
	else if (!NLMSG_OK((const struct nlmsghdr *)buffer, (size_t)got))
		error = -EPROTO;
	close(fd);
	return error ? error : read_answer((const struct nlmsghdr *)buffer, out);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/if_packet.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * DPDK's af_packet driver asks the kernel to put fragments of IPv4 together before it reads them, and offers no way not
 * to: what is then longer than a frame of its ring is cut off, and nobody here could judge the fragments. The driver, a
 * shared object, finds this function of the program before the C library's; all it does is to leave that flag out.
 */
int setsockopt(int fd, int level, int optname, const void *optval, socklen_t optlen)
{
	uint32_t fanout;

	if (level == SOL_PACKET && optname == PACKET_FANOUT && optlen == sizeof(fanout)) {
		memcpy(&fanout, optval, sizeof(fanout));
		fanout &= ~((uint32_t)PACKET_FANOUT_FLAG_DEFRAG << 16);
		optval = &fanout;
	}
	return (int)syscall(SYS_setsockopt, fd, level, optname, optval, optlen);
}

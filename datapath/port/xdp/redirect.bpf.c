/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's side of an AF_XDP port: every frame to the socket of its queue. Where no socket is (the
 * datapath has died), frames go to the kernel, which accepts nothing on a device that it left.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

/* DPDK looks for this name. */
struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} xsks_map SEC(".maps");

SEC("xdp")
int hadrian_redirect(struct xdp_md *context)
{
	return (int)bpf_redirect_map(&xsks_map, context->rx_queue_index, XDP_PASS);
}

/* bpf_redirect_map is for programs under the GPL. */
char program_license[] SEC("license") = "GPL";

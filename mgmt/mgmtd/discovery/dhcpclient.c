/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/discovery/dhcpclient.h"
#include "lib/address.h"

#include <arpa/inet.h>

#define SECOND 1000000000ULL

static const char *text_of(uint32_t address, char text[IP_ADDRESS_TEXT])
{
	struct ip_address one = ip_address_from_ip4(ntohl(address));

	return ip_address_format(&one, text);
}

/* The guide's numbers of these messages; those that it does not print follow. */
static const struct {
	const char *name;
	unsigned number;
} messages[] = {
    [DHCP_DISCOVER] = {"DISCOVER", 1}, [DHCP_OFFER] = {"OFFER", 17}, [DHCP_REQUEST] = {"REQUEST", 18},
    [DHCP_DECLINE] = {"DECLINE", 21},  [DHCP_ACK] = {"ACK", 19},     [DHCP_NAK] = {"NAK", 20},
    [DHCP_RELEASE] = {"RELEASE", 22}};

void dhcp_print_message(const char *interface, bool sent, const struct discovery_dhcp *message, FILE *out)
{
	char own[IP_ADDRESS_TEXT], address[IP_ADDRESS_TEXT], source[IP_ADDRESS_TEXT], to[IP_ADDRESS_TEXT];

	if (message->type < DHCP_DISCOVER || message->type > DHCP_RELEASE)
		return;
	fprintf(out,
	        "SNOOP:  DHCPCLIENT-%-3u: %s (%s) - %s %s\n"
	        "        [%s %s] [src %s] [dest %s]",
	        messages[message->type].number, interface, text_of(message->own, own),
	        sent ? "Sending" : "Receiving", messages[message->type].name, sent ? "request" : "offer",
	        text_of(message->address, address), text_of(message->source, source),
	        text_of(message->destination, to));
}

static void print_time(uint64_t seconds, FILE *out)
{
	fprintf(out, "%lluh %02llum %02llus", (unsigned long long)(seconds / 3600),
	        (unsigned long long)(seconds / 60 % 60), (unsigned long long)(seconds % 60));
}

static uint64_t left(uint64_t at, uint64_t now)
{
	return at > now ? (at - now) / SECOND : 0;
}

void dhcp_print_state(const struct dhcp_client_status *status, uint64_t now, FILE *out)
{
	static const char *const words[] = {
	    [DHCP_INIT] = "INIT",           [DHCP_SELECTING] = "SELECTING", [DHCP_REQUESTING] = "REQUESTING",
	    [DHCP_REBOOTING] = "REBOOTING", [DHCP_CHECKING] = "CHECKING",   [DHCP_BOUND] = "BOUND",
	    [DHCP_RENEWING] = "RENEWING",   [DHCP_REBINDING] = "REBINDING"};

	fprintf(out, "%s (for ", status->state <= DHCP_REBINDING ? words[status->state] : "UNKNOWN");
	print_time(status->since ? left(now, status->since) : 0, out);
	fputc(')', out);
}

static void print_address(const char *title, uint32_t address, const char *missing, FILE *out)
{
	char text[IP_ADDRESS_TEXT];

	fprintf(out, "  %-13s : %s\n", title, address ? text_of(address, text) : missing);
}

static void print_left(const char *title, uint64_t at, uint64_t now, FILE *out)
{
	fprintf(out, "  %-13s : ", title);
	if (at)
		print_time(left(at, now), out);
	else
		fputs("Never", out);
	fputc('\n', out);
}

void dhcp_print_lease(const char *interface, const struct dhcp_client_status *status, uint64_t now, FILE *out)
{
	const struct dhcp_lease *lease = &status->lease;
	static const char empty[] = "<Empty>", unresolved[] = "<Not resolved>";

	fprintf(out, "  Interface     : %s\n", interface);
	print_address("Assigned IP", lease->address, empty, out);
	print_address("Broadcast IP", lease->broadcast, empty, out);
	print_address("Gateway IP", lease->router, empty, out);
	print_address("DNS1 IP", lease->dns[0], unresolved, out);
	if (lease->dns[1])
		print_address("DNS2 IP", lease->dns[1], unresolved, out);
	print_address("NBNS1 IP", lease->nbns[0], unresolved, out);
	if (lease->nbns[1])
		print_address("NBNS2 IP", lease->nbns[1], unresolved, out);
	print_address("DHCPD IP", lease->server, empty, out);
	if (lease->address && status->ends_at) {
		fputs("  Lease time    : ", out);
		print_time(lease->lease_s, out);
		fputc('\n', out);
	} else if (lease->address) {
		fputs("  Lease time    : For ever\n", out);
	}
	if (lease->address) {
		print_left("Renew in", status->renew_at, now, out);
		print_left("Rebind in", status->rebind_at, now, out);
		print_left("Expire in", status->ends_at, now, out);
	}
	fputs("  State         : ", out);
	dhcp_print_state(status, now, out);
	fputc('\n', out);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the other views show (C02-048, C02-049): the policy as it was compiled, the configuration as it is stored. */

#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/command/rule_usage.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* The policy in force, built anew: the datapath has the same. */
static int open_policy(struct session *session, struct policy *policy, void **blob)
{
	char reason[256] = "";
	size_t length;
	int error = policy_build(&session->engine->running, session->engine->policy_generation, blob, &length,
	                         reason);

	if (!error)
		error = policy_open(*blob, length, policy, reason);
	if (error)
		fprintf(session->out, "The policy cannot be built: %s.\n",
		        *reason ? reason : strerror(-error));
	return error;
}

static void print_interfaces(const struct policy *policy, struct policy_slice slice, FILE *out)
{
	for (uint32_t i = slice.first; i < slice.first + slice.count; i++) {
		const struct policy_interface *interface =
		    policy_interface_by_id(policy, policy->interface_ids[i]);

		fprintf(out, "%s%s", i > slice.first ? "," : "",
		        interface                                           ? interface->name
		        : policy->interface_ids[i] == POLICY_INTERFACE_ANY  ? "any"
		        : policy->interface_ids[i] == POLICY_INTERFACE_CORE ? "core"
		                                                            : "?");
	}
}

static void print_networks(const struct policy *policy, struct policy_slice slice, FILE *out)
{
	char text[IP_RANGE_TEXT];

	for (uint32_t i = slice.first; i < slice.first + slice.count; i++)
		fprintf(out, "%s%s", i > slice.first ? ", " : "", ip_range_format(&policy->ranges[i], text));
	fputc('\n', out);
}

static void print_ports(const char *what, struct policy_port_range ports, FILE *out)
{
	if (ports.first == 0 && ports.last == UINT16_MAX)
		return;
	fprintf(out, " %s %u", what, ports.first);
	if (ports.last != ports.first)
		fprintf(out, "-%u", ports.last);
}

static void print_octets(const char *what, uint8_t first, uint8_t last, FILE *out)
{
	if (first == 0 && last == UINT8_MAX)
		return;
	fprintf(out, "%s%u", what, first);
	if (last != first)
		fprintf(out, "-%u", last);
}

static void print_service(const struct policy_service *service, FILE *out)
{
	bool single = service->protocol_first == service->protocol_last;

	if (single && service->protocol_first == IPPROTO_TCP)
		fputs("TCP", out);
	else if (single && service->protocol_first == IPPROTO_UDP)
		fputs("UDP", out);
	else if (single && service->protocol_first == IPPROTO_ICMP)
		fputs("ICMP", out);
	else if (single && service->protocol_first == IPPROTO_ICMPV6)
		fputs("ICMPv6", out);
	else if (service->protocol_first == 0 && service->protocol_last == UINT8_MAX)
		fputs("any protocol", out);
	else
		print_octets("protocol ", service->protocol_first, service->protocol_last, out);
	print_octets(" type ", service->icmp_type_first, service->icmp_type_last, out);
	print_octets(" code ", service->icmp_code_first, service->icmp_code_last, out);
	print_ports("from port", service->source_ports, out);
	print_ports("to port", service->destination_ports, out);
}

static void print_rule(const struct policy *policy, uint32_t id, FILE *out)
{
	const struct policy_rule *rule = &policy->rules[id];

	fprintf(out, "Rule id %u, index %u%s%s: %s%s%s, %s\n", id, rule->index, *rule->name ? ", " : "",
	        rule->name, rule->action == POLICY_ALLOW ? "Allow" : "Deny",
	        rule->action == POLICY_ALLOW ? ""
	        : rule->send_reject          ? ", sender is told"
	                                     : ", silent",
	        rule->stateless ? ", stateless" : "", rule->log ? "logged" : "not logged");
	fputs("   Source       ", out);
	print_interfaces(policy, rule->source_interfaces, out);
	fputs(": ", out);
	print_networks(policy, rule->source_networks, out);
	fputs("   Destination  ", out);
	print_interfaces(policy, rule->destination_interfaces, out);
	fputs(": ", out);
	print_networks(policy, rule->destination_networks, out);
	fputs("   Services     ", out);
	for (uint32_t i = rule->services.first; i < rule->services.first + rule->services.count; i++) {
		fputs(i > rule->services.first ? "; " : "", out);
		print_service(&policy->services[i], out);
	}
	fputc('\n', out);
}

int command_ruledb(struct session *session, const struct line *line)
{
	const char *name = line_word(line, 1);
	struct policy policy;
	void *blob = NULL;
	unsigned shown = 0;
	int error;

	if (line_option(line, "usage"))
		return rule_usage_show(session, name);
	error = open_policy(session, &policy, &blob);
	for (uint32_t id = 0; !error && id < policy.rule_count; id++) {
		char index[16];

		snprintf(index, sizeof(index), "%u", policy.rules[id].index);
		if (name && strcmp(name, policy.rules[id].name) != 0 && strcmp(name, index) != 0)
			continue;
		print_rule(&policy, id, session->out);
		shown++;
	}
	free(blob);
	if (error)
		return error;
	if (name && !shown) {
		fprintf(session->out, "ruledb: no rule in force has the name or index '%s'.\n", name);
		return -ENOENT;
	}
	if (!name)
		fputs("After the last rule: Deny, silent, logged\n", session->out);
	return 0;
}

int command_policy(struct session *session, const struct line *line)
{
	struct policy policy;
	void *blob = NULL;
	int error = open_policy(session, &policy, &blob);

	(void)line;
	if (!error)
		fprintf(session->out,
		        "Generation                %llu\nBytes                     %u\nInterfaces            "
		        "    %u\n"
		        "Addresses of the node     %u\nRoutes                    %u\nRules                   "
		        "  %u\n"
		        "Interfaces in rules       %u\nAddress ranges in rules   %u\nServices in rules       "
		        "  %u\n",
		        (unsigned long long)policy.header->generation, policy.header->length,
		        policy.interface_count, policy.address_count, policy.route_count, policy.rule_count,
		        policy.interface_id_count, policy.range_count, policy.service_count);
	free(blob);
	return error;
}

int command_confdump(struct session *session, const struct line *line)
{
	const struct engine *engine = session->engine;
	char *json = NULL;
	int error = configuration_print(
	    line_option(line, "candidate") ? &engine->candidate : &engine->running, false, &json);

	if (!error)
		fprintf(session->out, "%s\n", json);
	free(json);
	return error;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/diagnostics/flow_options.h"
#include "lib/policy.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int add_id(struct flow_filter_interfaces *out, uint16_t id)
{
	if (out->count == FLOW_FILTER_INTERFACES_MAX)
		return -E2BIG;
	out->id[out->count++] = id;
	return 0;
}

static int add_member(const struct object_type *type, struct lyd_node *interface, void *user)
{
	return add_id(user, (uint16_t)value_number(type, interface, "Id"));
}

int flow_interfaces_add(const struct configuration *configuration, const char *name,
                        struct flow_filter_interfaces *out)
{
	if (!strcmp(name, "any"))
		return 0;
	if (!strcmp(name, "core"))
		return add_id(out, POLICY_INTERFACE_CORE);
	return interface_members(configuration, name, add_member, out);
}

static int read_interfaces(const struct configuration *configuration, const struct line *line,
                           const char *name, struct flow_filter_interfaces *out,
                           char reason[FILTER_REASON_MAX])
{
	const struct argument *option = line_option(line, name);

	for (size_t i = 0; option && i < option->value_count; i++) {
		int error = flow_interfaces_add(configuration, option->values[i], out);

		if (!error)
			continue;
		snprintf(reason, FILTER_REASON_MAX,
		         error == -E2BIG
		             ? "-%s stands for too many interfaces with '%.64s'"
		             : "-%s cannot be '%.64s'. Allowed, also several with commas between: "
		               "the name of an interface, group or zone, core, any",
		         name, option->values[i]);
		return -EINVAL;
	}
	return 0;
}

int flow_options_read(const struct configuration *configuration, const struct line *line,
                      struct flow_filter *filter, char reason[FILTER_REASON_MAX])
{
	static const char *const names[CAPTURE_SIDES] = {
	    [CAPTURE_EITHER] = "iface", [CAPTURE_SOURCE] = "srciface", [CAPTURE_DESTINATION] = "destiface"};
	char text[FILTER_TEXT_MAX];
	int error;

	*filter = (struct flow_filter){.interface = {{0}}};
	error = filter_options_read(configuration, line, &filter->packet, text, reason);
	for (unsigned side = 0; side < CAPTURE_SIDES && !error; side++)
		error = read_interfaces(configuration, line, names[side], &filter->interface[side], reason);
	return error;
}

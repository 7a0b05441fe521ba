/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_REFERENCE_PROPERTY_SECTION_H
#define MGMT_REFERENCE_PROPERTY_SECTION_H

#include "mgmt/mgmtd/configuration/schema.h"

/* The part of a type's page about one property: a heading, its description, and a list of what the schema says. */
void property_section(const struct schema *schema, const struct property *property, FILE *out);

#endif

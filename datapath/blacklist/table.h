/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_BLACKLIST_TABLE_H
#define DATAPATH_BLACKLIST_TABLE_H

/* The blacklist as workers read it: it never changes, another one takes its place. Any thread. */

#include "datapath/rule/rule.h"
#include "lib/messages/blacklist.h"

#include <stdbool.h>
#include <stdint.h>

struct blacklist_table;

/* Copies the entries. Returns 0 or -ENOMEM. */
int blacklist_table_create(const struct blacklist_entry *entries, uint32_t count,
                           struct blacklist_table **out);
void blacklist_table_destroy(struct blacklist_table *table);

/* Whether an entry is about packets with these ends; identifier is that of ICMP. Takes as long with many entries as with few. */
bool blacklist_table_holds(const struct blacklist_table *table, const struct rule_query *query,
                           uint16_t identifier);

/* Whether an entry bars nothing but what rules of the whitelist are about, so that it would bar nothing. */
bool blacklist_whitelisted(const struct policy *policy, const struct blacklist_entry *entry);

#endif

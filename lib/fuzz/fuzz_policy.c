/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/policy.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A blob that opens may be walked wholly. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *blob = malloc(size ? size : 1); /* aligned, as a mapped blob is, and exact for the sanitizer */
	struct policy policy;
	char reason[128];
	uint64_t sum = 0;

	memcpy(blob, data, size);
	if (policy_open(blob, size, &policy, reason) == 0) {
		for (uint32_t i = 0; i < policy.rule_count; i++) {
			const struct policy_rule *rule = &policy.rules[i];

			for (uint32_t k = 0; k < rule->services.count; k++)
				sum += policy.services[rule->services.first + k].protocol_first;
			for (uint32_t k = 0; k < rule->source_networks.count; k++)
				sum += policy.ranges[rule->source_networks.first + k].first.bytes[0];
		}
	}
	free(blob);
	return sum == UINT64_MAX;
}

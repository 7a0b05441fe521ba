/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/heartbeat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever arrives as EtherType 0xC14B. What passes for authentic has to mean the same when it is written again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[32] = "a key that the attacker lacks";
	uint8_t frame[HEARTBEAT_FRAME_LENGTH];
	struct heartbeat heartbeat;

	heartbeat_decode(data, size, 1, ROLE_MASTER, key, &heartbeat);
	if (heartbeat_decode(data, size, 1, ROLE_SLAVE, key, &heartbeat) == HEARTBEAT_VALID) {
		heartbeat_encode(&heartbeat, key, frame);
		if (heartbeat_decode(frame, sizeof(frame), 1, ROLE_SLAVE, key, &heartbeat) != HEARTBEAT_VALID)
			__builtin_trap();
	}
	return 0;
}

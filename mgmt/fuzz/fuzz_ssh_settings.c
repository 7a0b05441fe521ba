/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/ssh/settings.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ssh_settings settings;
	FILE *file = size ? fmemopen((void *)data, size, "r") : NULL;
	int error;

	if (!file)
		return 0;
	error = ssh_settings_read(file, &settings);
	fclose(file);
	if (settings.access_count > SSH_ACCESSES_MAX || settings.listener_count > SSH_LISTENERS_MAX)
		abort();
	for (size_t i = 0; i < settings.listener_count && !error; i++)
		if (settings.listener[i].access >= settings.access_count)
			abort();
	ssh_settings_free(&settings);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/backup/backup_file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What was read is written the same way, and a byte more or less is found. */
static void comes_back(const struct backup_header *header, const char *json)
{
	struct backup_header again;
	char *bytes, *body = NULL, reason[128];
	size_t length;

	if (backup_write(header, json, &bytes, &length))
		return;
	if (backup_read(bytes, length, &again, &body, reason) || strcmp(body, json) != 0 ||
	    strcmp(again.node, header->node) != 0 || again.clear_secrets != header->clear_secrets)
		abort();
	free(body);
	if (!backup_read(bytes, length - 1, &again, &body, reason) || !*reason)
		abort();
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct backup_header header;
	char *json = NULL, reason[128] = "";

	if (backup_read_header((const char *)data, size, &header, reason) == 0)
		comes_back(&header, "{}\n");
	if (!backup_read((const char *)data, size, &header, &json, reason)) {
		if (strlen(json) > size)
			abort();
		comes_back(&header, json);
		free(json);
	} else if (!*reason) {
		abort();
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/file.h"
#include "lib/messages/type.h"
#include "mgmt/mgmtd/files/file_path.h"
#include "mgmt/scp/command.h"
#include "mgmt/scp/record.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What a path may be is what is printed of it, and stays in its folder. */
static void look_at_path(const char *text)
{
	char reason[MESSAGE_TEXT] = "", printed[FILE_PATH_MAX];
	struct file_path path, again;

	if (file_path_parse(text, &path, reason)) {
		if (!*reason)
			abort();
		return;
	}
	if (strchr(path.name, '/') || *path.name == '.')
		abort();
	file_path_print(&path, printed);
	if (file_path_parse(printed, &again, reason) || again.folder != path.folder ||
	    strcmp(again.name, path.name) != 0)
		abort();
	if (*path.name && !file_name_matches("*", path.name))
		abort();
	file_name_matches(path.name, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scp_command command;
	static struct scp_record record;
	char *text = malloc(size + 1), reason[128] = "";

	memcpy(text, data, size);
	text[size] = 0;
	look_at_path(text);
	if (scp_command_parse(text, &command, reason)) {
		if (!*reason)
			abort();
	} else {
		for (size_t i = 0; i < command.count; i++)
			look_at_path(command.path[i]);
	}
	if (!scp_record_parse(text, &record) && strlen(record.text) > size)
		abort();
	free(text);
	return 0;
}

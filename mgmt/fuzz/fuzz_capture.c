/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/capture_filter.h"
#include "mgmt/mgmtd/capture/decode.h"
#include "mgmt/mgmtd/capture/file_format.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void make_files(const struct capture_buffer *buffer)
{
	for (enum capture_file file = CAPTURE_FILE_PCAP; file <= CAPTURE_FILE_PCAPNG; file++) {
		uint8_t *bytes;
		size_t length;

		if (capture_file_make(file, "if1", buffer, &bytes, &length))
			return;
		if (file == CAPTURE_FILE_PCAPNG && length % 4)
			__builtin_trap();
		free(bytes);
	}
}

/* Packets as they come from a network: asked by a filter that matches nothing, kept, written and printed in every form. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct captured_packet packet = {
	    .bytes = data, .captured = (uint32_t)size, .length = (uint32_t)size + 4, .time_us = 1};
	struct capture_filter filter = {.protocol = {.count = 1}};
	struct capture_buffer buffer = {0};
	char *text = NULL;
	size_t length;
	FILE *out;

	filter.port[CAPTURE_EITHER].count = 1;
	filter.address[CAPTURE_SOURCE].count = 1;
	capture_filter_matches(&filter, data, size);
	if (!capture_buffer_open(&buffer, 4096) && capture_buffer_add(&buffer, &packet, 100) && size < 4000)
		__builtin_trap();
	make_files(&buffer);
	capture_buffer_close(&buffer);
	out = open_memstream(&text, &length);
	if (!out)
		return 0;
	for (enum capture_format format = CAPTURE_TEXT; format <= CAPTURE_K12; format++)
		capture_print(&packet, format, out);
	fclose(out);
	free(text);
	return 0;
}

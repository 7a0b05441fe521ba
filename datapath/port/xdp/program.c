/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/port/xdp/program.h"

#include "datapath/port/xdp/redirect_program.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int file = -1;

static int log_line(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char text[256];
	int length = vsnprintf(text, sizeof(text), format, arguments);

	(void)level;
	text[strcspn(text, "\n")] = '\0';
	qb_log(LOG_DEBUG, "%s", text);
	return length;
}

int xdp_program_path(char *out, size_t size)
{
	ssize_t written;

	if (file < 0) {
		libbpf_set_print(log_line);
		file = memfd_create("hadrian-xdp", MFD_CLOEXEC);
		if (file < 0)
			return -errno;
		written = write(file, redirect_program, sizeof(redirect_program));
		if (written != (ssize_t)sizeof(redirect_program)) {
			int error = written < 0 ? -errno : -EIO;

			close(file);
			file = -1;
			return error;
		}
	}
	snprintf(out, size, "/proc/self/fd/%d", file);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/engine/cfglog.h"
#include "lib/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

void cfglog_open(struct cfglog *log, const char *directory)
{
	snprintf(log->path, sizeof(log->path), "%s/cfglog", directory);
}

static char *read_all(const struct cfglog *log, size_t *length)
{
	FILE *file = fopen(log->path, "re");
	char *bytes = file ? malloc(2 * CFGLOG_LENGTH_MAX + 1) : NULL;

	if (bytes) {
		*length = fread(bytes, 1, 2 * CFGLOG_LENGTH_MAX, file);
		bytes[*length] = 0;
	}
	if (file)
		fclose(file);
	return bytes;
}

static void shorten(struct cfglog *log)
{
	size_t length;
	char *bytes = read_all(log, &length), *from;
	FILE *file;

	if (!bytes)
		return;
	from = strstr(bytes + length / 2, "\n\n");
	file = from ? fopen(log->path, "we") : NULL;
	if (file) {
		fputs(from + 2, file);
		fclose(file);
	}
	free(bytes);
}

void cfglog_write(struct cfglog *log, const char *severity, const char *format, ...)
{
	char text[1024], when[32];
	time_t now = time(NULL);
	struct stat status;
	struct tm local;
	va_list arguments;
	FILE *file;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	qb_log(!strcmp(severity, "Notice") ? LOG_NOTICE : LOG_WARNING, "%s", text);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", localtime_r(&now, &local));
	file = fopen(log->path, "ae");
	if (!file) {
		qb_log(LOG_WARNING, "cannot write %s: %s", log->path, strerror(errno));
		return;
	}
	fprintf(file, "%s  mgmtd/Configure  %s\n  - %s\n\n", severity, when, text);
	fflush(file);
	if (!fstat(fileno(file), &status) && status.st_size > CFGLOG_LENGTH_MAX)
		shorten(log);
	fclose(file);
}

int cfglog_print(const struct cfglog *log, bool everything, FILE *out)
{
	size_t length;
	char *bytes = read_all(log, &length), *from = bytes, *at;

	if (!bytes)
		return -ENOENT;
	for (at = bytes; !everything && (at = strstr(at, "  - Beginning system reconfigure")); at++) {
		/* The entry's first line is before the text. */
		from = at - 1;
		while (from > bytes && from[-1] != '\n')
			from--;
	}
	fputs(from, out);
	free(bytes);
	return 0;
}

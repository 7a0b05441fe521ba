/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/engine/engine.h"
#include "mgmt/reference/reference.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first line of every page, by which an old one is known. */
static const char mark[] = "<!-- written by hadrian-reference -->\n";

static bool is_page(int folder, const char *name)
{
	char start[sizeof(mark)] = "";
	size_t length = strlen(name);
	int file;
	ssize_t count;

	if (length < 4 || strcmp(name + length - 3, ".md") != 0)
		return false;
	file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (file < 0)
		return false;
	count = read(file, start, sizeof(start) - 1);
	close(file);
	return count == sizeof(start) - 1 && !memcmp(start, mark, sizeof(start) - 1);
}

static int remove_pages(int folder)
{
	DIR *entries = fdopendir(folder);
	struct dirent *entry;

	if (!entries)
		return -errno;
	while ((entry = readdir(entries)))
		if (is_page(folder, entry->d_name))
			unlinkat(folder, entry->d_name, 0);
	closedir(entries);
	return 0;
}

static FILE *page_open(const char *folder, const char *name)
{
	char path[1024];
	FILE *out;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	out = fopen(path, "we");
	if (out)
		fputs(mark, out);
	return out;
}

static int page_close(FILE *out)
{
	bool failed = ferror(out);

	return fclose(out) || failed ? -EIO : 0;
}

static int write_commands(const char *folder)
{
	char name[REFERENCE_NAME_MAX];
	int error = 0;

	for (const struct command *command = commands; command->name && !error; command++) {
		FILE *out = page_open(folder, command_page_name(command, name));

		if (!out)
			return -errno;
		command_page(command, out);
		error = page_close(out);
	}
	return error;
}

static int write_types(const struct configuration *predefined, const char *folder)
{
	const struct schema *schema = predefined->schema;
	char name[REFERENCE_NAME_MAX];
	int error = 0;

	for (size_t i = 0; i < schema->type_count && !error; i++) {
		FILE *out = page_open(folder, type_page_name(&schema->types[i], name));

		if (!out)
			return -errno;
		type_page(predefined, &schema->types[i], out);
		error = page_close(out);
	}
	return error;
}

static int write_index(const struct schema *schema, const char *folder)
{
	FILE *out = page_open(folder, "README.md");

	if (!out)
		return -errno;
	index_page(schema, out);
	return page_close(out);
}

static int write_pages(const struct configuration *predefined, const char *folder)
{
	int directory, error;

	if (mkdir(folder, 0755) && errno != EEXIST)
		return -errno;
	directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return -errno;
	error = remove_pages(directory);
	if (error)
		close(directory);
	if (!error)
		error = write_index(predefined->schema, folder);
	if (!error)
		error = write_commands(folder);
	return error ? error : write_types(predefined, folder);
}

int reference_write(const struct schema *schema, const char *folder, char reason[256])
{
	struct configuration predefined = {.schema = schema};
	int error = engine_predefined(&predefined, reason);

	if (error)
		return error;
	error = write_pages(&predefined, folder);
	if (error)
		snprintf(reason, 256, "the pages cannot be written into %.180s: %s", folder,
		         strerror(-error));
	configuration_clear(&predefined);
	return error;
}

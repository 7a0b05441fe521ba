/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/ssh/status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int ssh_status_write(const char *path, const struct ssh_status *status)
{
	char temporary[256], address[IP_ADDRESS_TEXT];
	FILE *file;
	int error;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	file = fopen(temporary, "we");
	if (!file)
		return -errno;
	fprintf(file, "server %d\n", (int)status->server);
	for (size_t i = 0; i < status->count; i++) {
		const struct ssh_access_status *access = &status->access[i];

		fprintf(file, "%s %u %d %s\n", access->name, access->connected, access->error,
		        access->error ? ip_address_format(&access->address, address) : "-");
	}
	error = ferror(file) ? -EIO : 0;
	if (fclose(file) && !error)
		error = -EIO;
	return error || !rename(temporary, path) ? error : -errno;
}

static bool read_access(FILE *file, struct ssh_access_status *out)
{
	char address[IP_ADDRESS_TEXT];

	return fscanf(file, "%63s %u %d %45s\n", out->name, &out->connected, &out->error, address) == 4 &&
	       (!out->error || !ip_address_parse(address, &out->address));
}

int ssh_status_read(const char *path, struct ssh_status *out)
{
	FILE *file = fopen(path, "re");
	int server, error = 0;

	memset(out, 0, sizeof(*out));
	if (!file)
		return -errno;
	if (fscanf(file, "server %d\n", &server) != 1)
		error = -EBADMSG;
	else
		out->server = server;
	while (!error && !feof(file)) {
		if (out->count == SSH_ACCESSES_MAX || !read_access(file, &out->access[out->count]))
			error = -EBADMSG;
		else
			out->count++;
	}
	fclose(file);
	return error;
}

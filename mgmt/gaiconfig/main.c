/* SPDX-License-Identifier: GPL-2.0-or-later */

/* gaiconfig: profiles of older devices and single variables of them, for scripts (MA-024). Root's; a session of hadrian-mgmtd like any other. */

#include "lib/paths.h"
#include "mgmt/cli/client.h"
#include "mgmt/gaiconfig/row.h"
#include "mgmt/mgmtd/import/atv_file.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
    "usage: gaiconfig [--silent] [--factory-default] --set-all < PROFILE.atv\n"
    "       gaiconfig [--silent] --set VARIABLE VALUE\n"
    "       gaiconfig --goto TABLE:n --get-rowid\n\n"
    "      --set-all          a profile from standard input comes into force and is committed\n"
    "      --factory-default  on what the system was delivered with, not on what is configured\n"
    "      --set              the same with one variable, which adds to what is configured\n"
    "      --goto, --get-rowid  print the name of the object that a row of a table became\n"
    "      --silent           print only what is wrong\n";

struct arguments {
	bool silent, delivered, set_all, row_id;
	const char *variable, *value, *row;
};

static int complain(const char *what, const char *why, int error)
{
	fprintf(stderr, "gaiconfig: %s: %s\n", what, why);
	return error;
}

/* Standard input, at most what a profile may have. *text is the caller's to free. */
static int read_profile(char **text, size_t *length)
{
	*text = calloc(1, ATV_LENGTH_MAX + 2);
	if (!*text)
		return -ENOMEM;
	*length = fread(*text, 1, ATV_LENGTH_MAX + 1, stdin);
	if (ferror(stdin))
		return complain("standard input", strerror(EIO), -EIO);
	return *length > ATV_LENGTH_MAX ? complain("standard input", "the file is longer than 4 MB", -EFBIG)
	                                : 0;
}

/* Among the files of administrators, from which it is imported. */
static int write_file(const char *path, const char *text, size_t length)
{
	size_t done = 0;
	int fd, error = 0;

	mkdir(PATH_FILES, 0700);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return complain(path, strerror(errno), -errno);
	while (!error && done < length) {
		ssize_t put = write(fd, text + done, length - done);

		if (put < 0 && errno != EINTR)
			error = complain(path, strerror(errno), -errno);
		done += put > 0 ? (size_t)put : 0;
	}
	close(fd);
	return error;
}

/* Edits of somebody else are not to come into force with it. */
static int check_idle(struct client *client)
{
	char *said = NULL;
	size_t size;
	FILE *out = open_memstream(&said, &size);
	int error = out ? client_command(client, "show -changes", out) : -ENOMEM;

	if (out)
		fclose(out);
	if (!error && (!said || !strstr(said, "No changes.")))
		error =
		    complain("the configuration",
		             "there are edits that are not committed; commit or reject them first", -EBUSY);
	free(said);
	return error;
}

static int activate(struct client *client, const char *name)
{
	char command[128];
	int error;

	snprintf(command, sizeof(command), "profile -restore %s", name);
	error = run_quietly(client, command);
	if (error)
		return error;
	error = run_quietly(client, "activate");
	if (!error)
		error = run_quietly(client, "commit");
	if (error)
		run_quietly(client, "reject");
	return error;
}

static int import(struct client *client, const struct arguments *arguments, const char *name)
{
	char command[256], *said = NULL;
	size_t size;
	FILE *out = open_memstream(&said, &size);
	int error;

	if (!out)
		return -ENOMEM;
	snprintf(command, sizeof(command), "profile -import %s %s.atv%s%s", name, name,
	         arguments->delivered ? " -factory-default" : "", arguments->variable ? " -add" : "");
	error = client_command(client, command, out);
	fclose(out);
	if (error || !arguments->silent)
		fputs(said, error ? stderr : stdout);
	free(said);
	return error;
}

static int set(struct client *client, const struct arguments *arguments, const char *text, size_t length)
{
	char name[64], path[128], command[128];
	int error = check_idle(client);

	if (error)
		return error;
	snprintf(name, sizeof(name), "gaiconfig-%d", (int)getpid());
	snprintf(path, sizeof(path), PATH_FILES "/%s.atv", name);
	error = write_file(path, text, length);
	if (!error)
		error = import(client, arguments, name);
	unlink(path);
	if (error)
		return error;
	error = activate(client, name);
	snprintf(command, sizeof(command), "profile -delete %s", name);
	run_quietly(client, command);
	return error;
}

static int run(const struct arguments *arguments)
{
	static struct client client;
	char *text = NULL;
	size_t length = 0;
	int error = 0;

	if (arguments->set_all) {
		error = read_profile(&text, &length);
	} else if (arguments->variable) {
		text = atv_write(arguments->variable, arguments->value);
		length = text ? strlen(text) : 0;
		error = text ? 0
		             : complain(arguments->variable, "no variable can have this name, or this value",
		                        -EINVAL);
	}
	if (!error)
		error = client_open(&client, "");
	if (!error) {
		error = arguments->row ? row_print_id(&client, arguments->row)
		                       : set(&client, arguments, text, length);
		client_close(&client);
	}
	if (text)
		explicit_bzero(text, length);
	free(text);
	return error;
}

static bool read_arguments(int count, char **words, struct arguments *out)
{
	enum { SET_ALL = 1, SILENT, DELIVERED, SET, GOTO, ROW_ID };
	static const struct option options[] = {
	    {"set-all", no_argument, NULL, SET_ALL},  {"setall", no_argument, NULL, SET_ALL},
	    {"silent", no_argument, NULL, SILENT},    {"factory-default", no_argument, NULL, DELIVERED},
	    {"set", required_argument, NULL, SET},    {"goto", required_argument, NULL, GOTO},
	    {"get-rowid", no_argument, NULL, ROW_ID}, {0}};
	int option;

	while ((option = getopt_long(count, words, "", options, NULL)) != -1) {
		out->set_all |= option == SET_ALL;
		out->silent |= option == SILENT;
		out->delivered |= option == DELIVERED;
		out->row_id |= option == ROW_ID;
		out->variable = option == SET ? optarg : out->variable;
		out->row = option == GOTO ? optarg : out->row;
		if (option == '?')
			return false;
	}
	if (out->variable && optind < count)
		out->value = words[optind++];
	return optind == count && out->row_id == (out->row != NULL) &&
	       (out->variable != NULL) == (out->value != NULL) &&
	       out->set_all + out->row_id + (out->variable != NULL) == 1 && (!out->delivered || out->set_all);
}

int main(int count, char **words)
{
	struct arguments arguments = {0};

	if (!read_arguments(count, words, &arguments)) {
		fputs(usage, stderr);
		return 2;
	}
	return run(&arguments) ? 1 : 0;
}

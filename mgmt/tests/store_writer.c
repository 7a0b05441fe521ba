/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Saves a configuration, or tells what is loaded: for store_crash.py, which ends it at any system call. */

#include "mgmt/mgmtd/configuration/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Long enough for several writes where they are short. */
static char *text_of(unsigned long generation)
{
	static char text[100000];
	size_t length = (size_t)snprintf(text, sizeof(text), "{\"generation\":%lu,\"fill\":\"", generation);

	memset(text + length, 'a' + (int)(generation % 26), sizeof(text) - length - 3);
	memcpy(text + sizeof(text) - 3, "\"}", 3);
	return text;
}

static int load(const char *directory)
{
	struct stored stored;
	int error = store_load(directory, &stored);

	if (error) {
		printf("%s\n", stored.reason);
		return EXIT_FAILURE;
	}
	printf("%lu%s\n", (unsigned long)stored.generation,
	       strcmp(stored.json, text_of(stored.generation)) ? " damaged" : "");
	free(stored.json);
	return EXIT_SUCCESS;
}

int main(int count, char **arguments)
{
	unsigned long generation;

	if (count == 2)
		return load(arguments[1]);
	if (count != 3)
		return EXIT_FAILURE;
	generation = strtoul(arguments[2], NULL, 10);
	getppid(); /* where store_crash.py begins */
	return store_save(arguments[1], generation, text_of(generation)) ? EXIT_FAILURE : EXIT_SUCCESS;
}

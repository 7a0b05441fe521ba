/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/edit.h"
#include "mgmt/mgmtd/login/password.h"
#include "mgmt/mgmtd/login/password_worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A line whose command runs again when its password is hashed. */
struct held_line {
	struct line *line;
	struct argument *password;
	int (*again)(struct session *session, const struct line *line);
	char hash[PASSWORD_HASH_MAX];
};

static void release(struct session *session, struct held_line *held)
{
	if (session->held == held)
		session->held = NULL;
	line_free(held->line);
	free(held->line);
	explicit_bzero(held->hash, sizeof(held->hash));
	free(held);
}

static void on_hashed(void *user, int error, const char *hash)
{
	struct session *session = user;
	struct held_line *held = session->held;

	if (error) {
		fprintf(session->out, "The password could not be hashed: %s.\n", strerror(-error));
	} else {
		strcpy(held->hash, hash);
		held->password->text = held->hash;
		held->password->hashed = true;
		/* Meanwhile others went on: everything is looked at again. */
		error = held->again(session, held->line);
	}
	release(session, held);
	session_end(session, error);
}

static struct argument *clear_password(const struct object_type *type, struct line *line)
{
	for (size_t i = 0; i < line->count; i++) {
		struct argument *argument = &line->argument[i];
		const struct property *property =
		    argument->kind == ARGUMENT_PROPERTY ? type_property(type, argument->name) : NULL;

		if (property && property->literal && !strcmp(property->literal, "password") &&
		    *argument->text && !argument->reset && !argument->hashed)
			return argument;
	}
	return NULL;
}

int edit_hash(struct session *session, const struct object_type *type, const struct line *line,
              int (*again)(struct session *session, const struct line *line))
{
	struct argument *password = NULL;
	struct held_line *held;
	int error;

	/* One at a time: the schema has no object with two. Without a worker (tests) value_assign hashes. */
	if (session->engine->hashes && session->line == line)
		password = clear_password(type, session->line);
	if (!password)
		return 0;
	held = malloc(sizeof(*held));
	if (!held)
		return -ENOMEM;
	*held = (struct held_line){session->line, password, again, ""};
	error = password_worker_hash(session->engine->hashes, password->text, on_hashed, session);
	if (error) {
		free(held);
		fputs(error == -EAGAIN ? "Too many passwords are being hashed; try again in a moment.\n"
		                       : "The password could not be hashed.\n",
		      session->out);
		return error;
	}
	session->held = held;
	session->line = NULL;
	return SESSION_WAITS;
}

void edit_forget(struct session *session)
{
	if (!session->held)
		return;
	password_worker_forget(session->engine->hashes, session);
	release(session, session->held);
}

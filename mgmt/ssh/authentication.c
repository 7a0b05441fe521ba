/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/ssh/authentication.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define METHODS (SSH_AUTH_METHOD_PUBLICKEY | SSH_AUTH_METHOD_INTERACTIVE | SSH_AUTH_METHOD_PASSWORD)

void authentication_begin(struct authentication *authentication, ssh_session session)
{
	authentication->asked = ASKED_NOTHING;
	ssh_set_auth_methods(session, METHODS);
}

bool authentication_exhausted(const struct authentication *authentication)
{
	return !authentication->granted && authentication->asked == ASKED_NOTHING &&
	       authentication->passwords >= AUTHENTICATION_PASSWORDS_MAX;
}

/* The time within which a client must be in does not run while hadrian-mgmtd thinks. */
static int ask(struct authentication *authentication, enum login_method method, const char *user,
               const char *text)
{
	unsigned left = alarm(0);
	int error = login_ask(&authentication->login, method, user, text, &authentication->result);

	if (error == -EINPROGRESS && left < AUTHENTICATION_WAIT_SECONDS)
		left = AUTHENTICATION_WAIT_SECONDS;
	alarm(left ? left : 1);
	authentication->asked = error == -EINPROGRESS ? ASKED_QUESTION : ASKED_NOTHING;
	authentication->granted = !error && method != LOGIN_KEY_OFFERED;
	return error;
}

static int ask_password(struct authentication *authentication, const char *user, const char *password)
{
	if (authentication->passwords >= AUTHENTICATION_PASSWORDS_MAX || authentication->granted)
		return -EACCES;
	authentication->passwords++;
	return ask(authentication, LOGIN_PASSWORD, user, password);
}

/*
 * Clients do not show questions under this method: the password is taken as one part, and the question asked under
 * keyboard-interactive, which the client is sent to.
 */
int authentication_password(struct authentication *authentication, ssh_session session, const char *user,
                            const char *password)
{
	int error;

	snprintf(authentication->user, sizeof(authentication->user), "%s", user);
	error = ask_password(authentication, user, password);
	ssh_set_auth_methods(session, error == -EINPROGRESS ? SSH_AUTH_METHOD_INTERACTIVE : METHODS);
	if (error == -EINPROGRESS)
		return SSH_AUTH_PARTIAL;
	return error ? SSH_AUTH_DENIED : SSH_AUTH_SUCCESS;
}

int authentication_key(struct authentication *authentication, const char *user, ssh_key key,
                       char signature_state)
{
	bool proved = signature_state == SSH_PUBLICKEY_STATE_VALID;
	char text[LOGIN_KEY_MAX], *encoded = NULL;
	int length, error;

	if (authentication->granted || (!proved && signature_state != SSH_PUBLICKEY_STATE_NONE) ||
	    authentication->keys >= AUTHENTICATION_KEYS_MAX ||
	    ssh_pki_export_pubkey_base64(key, &encoded) != SSH_OK)
		return SSH_AUTH_DENIED;
	authentication->keys += !proved;
	length = snprintf(text, sizeof(text), "%s %s", ssh_key_type_to_char(ssh_key_type(key)), encoded);
	ssh_string_free_char(encoded);
	if (length < 0 || (size_t)length >= sizeof(text))
		return SSH_AUTH_DENIED;
	error = ask(authentication, proved ? LOGIN_KEY : LOGIN_KEY_OFFERED, user, text);
	return error ? SSH_AUTH_DENIED : SSH_AUTH_SUCCESS;
}

static void prompt(ssh_message message, const char *text, bool echo)
{
	char copy[LOGIN_QUESTION_MAX + 2], shown = echo;
	const char *prompts[1] = {copy};
	size_t length = strlen(text);

	snprintf(copy, sizeof(copy), "%s%s", text, length && text[length - 1] == ' ' ? "" : " ");
	ssh_message_auth_interactive_request(message, "", "", 1, prompts, &shown);
}

static void begin_dialogue(struct authentication *authentication, ssh_session session, ssh_message message)
{
	const char *user = ssh_message_auth_user(message);

	/* The question of a password that came by the method password. */
	if (authentication->asked == ASKED_QUESTION && user && !strcmp(user, authentication->user)) {
		prompt(message, authentication->result.question, authentication->result.echo);
		return;
	}
	authentication_begin(authentication, session);
	if (!user || authentication->granted || strlen(user) >= sizeof(authentication->user) ||
	    authentication->passwords >= AUTHENTICATION_PASSWORDS_MAX) {
		ssh_message_reply_default(message);
		return;
	}
	strcpy(authentication->user, user);
	authentication->asked = ASKED_PASSWORD;
	prompt(message, "Password:", false);
}

static int ask_answer(struct authentication *authentication, const char *answer)
{
	if (authentication->asked == ASKED_PASSWORD)
		return ask_password(authentication, authentication->user, answer);
	if (authentication->asked != ASKED_QUESTION ||
	    authentication->questions++ >= AUTHENTICATION_QUESTIONS_MAX)
		return -EACCES;
	return ask(authentication, LOGIN_ANSWER, authentication->user, answer);
}

static void go_on(struct authentication *authentication, ssh_session session, ssh_message message)
{
	const char *answer =
	    ssh_userauth_kbdint_getnanswers(session) == 1 ? ssh_userauth_kbdint_getanswer(session, 0) : NULL;
	int error = answer && !authentication->granted ? ask_answer(authentication, answer) : -EACCES;

	if (error == -EINPROGRESS) {
		prompt(message, authentication->result.question, authentication->result.echo);
		return;
	}
	if (!error) {
		ssh_message_auth_reply_success(message, 0);
		return;
	}
	authentication_begin(authentication, session);
	ssh_message_reply_default(message);
}

int authentication_message(struct authentication *authentication, ssh_session session, ssh_message message)
{
	if (ssh_message_type(message) != SSH_REQUEST_AUTH ||
	    ssh_message_subtype(message) != SSH_AUTH_METHOD_INTERACTIVE)
		return 1;
	if (ssh_message_auth_kbdint_is_response(message))
		go_on(authentication, session, message);
	else
		begin_dialogue(authentication, session, message);
	return 0;
}

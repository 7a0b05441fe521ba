/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_CLI_H
#define LIB_MESSAGES_CLI_H

/* Command lines, their completion and their answers: CLI <-> mgmtd. */

#include <stdint.h>

/* ANSWER_HIDDEN: nobody else is to see it while it is typed. */
enum cli_answer { ANSWER_NONE, ANSWER_SHOWN, ANSWER_HIDDEN };

struct message_cli_done {
	int32_t error; /* 0, or -errno of the command: the exit code of a one-shot CLI */
	uint32_t end;  /* the session ends (`exit`) */
	uint32_t
	    answer; /* enum cli_answer: the prompt is a question; the next command is its answer, and none for a history */
	uint32_t secret;  /* the line had the name of a property whose value is one: none for a history */
	char prompt[128]; /* for the next line, e.g. "System:/RoutingTable/main> " */
};

/* In a session, between commands. */
struct message_cli_complete {
	uint32_t sequence; /* comes back in the answer */
	uint32_t columns;  /* of the terminal; 0: unknown */
};

struct message_cli_completions {
	uint32_t sequence;
	uint32_t replace;       /* bytes before the cursor that the first text replaces */
	uint32_t insert_length; /* of the first text; 0: the line stays as it is */
	uint32_t text_length;   /* of the second, which is printed; 0: nothing is */
};

#endif

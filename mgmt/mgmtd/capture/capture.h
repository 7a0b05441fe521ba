/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CAPTURE_H
#define MGMT_MGMTD_CAPTURE_H

/*
 * Captures of packets (`pcapdump`, C02-131 to C02-141): one an interface at most, with a buffer of its own. They belong to
 * the node, not to a session, and end with the datapath or mgmtd. Runs on the loop's thread.
 */

#include "lib/messages/file.h"
#include "lib/messages/type.h"
#include "mgmt/mgmtd/capture/buffer.h"
#include "mgmt/mgmtd/capture/decode.h"
#include "mgmt/mgmtd/capture/filter_options.h"

#define CAPTURE_BUFFER_KB_MIN 128
#define CAPTURE_BUFFER_KB_MAX 16384
#define CAPTURE_MEMORY_KB     (100ull << 10) /* that must be free besides the buffers */

struct captures;
struct engine;
struct session;

struct capture_settings {
	struct capture_filter filter;
	char filter_text[FILTER_TEXT_MAX];
	uint64_t count;   /* packets until it stops by itself; 0: never */
	uint32_t snaplen; /* bytes of a packet that are kept; 0: all */
	uint32_t buffer_kb;
	bool out;     /* shown in the session that started it */
	bool nowrite; /* no file at the end: the buffer stays */
	bool nocap;   /* no buffer */
	enum capture_format format;
};

/* Of an interface that is being captured, or whose buffer holds packets. */
struct capture {
	struct capture *next;
	char interface[32];
	uint32_t id; /* in messages; 0: it is not running */
	bool stopping;
	bool over;       /* what comes now is not wanted any more */
	const char *why; /* it stopped by itself; NULL: it was asked to */
	struct capture_settings settings;
	struct capture_buffer buffer;
	uint64_t received, sent, lost;
	uint64_t hidden;        /* packets that the session was not shown: it read too slowly */
	struct session *owner;  /* who started it, NULL: gone */
	struct session *waiter; /* whose command waits for its start or end, or NULL */
};

/* Returns 0 or -ENOMEM; *out for captures_destroy, for which NULL is fine. engine->datapath is there. */
int captures_create(struct engine *engine, struct captures **out);
void captures_destroy(struct captures *captures);

/* Whether free memory suffices for as many KB of buffers. */
bool capture_memory_suffices(uint64_t free_kb, uint64_t buffers_kb);

/* The first; the others follow by next. NULL is fine. */
struct capture *captures_first(const struct captures *captures);
struct capture *capture_find(const struct captures *captures, const char *interface);
/*
 * Asks the datapath. Where 0 is returned session_end follows for the session as soon as nothing is waited for any more
 * (captures_waiting). -EBUSY where the interface is captured already; -ENOMEM; -ENOTCONN.
 */
int capture_start(struct captures *captures, struct session *session, const char *interface, uint16_t id,
                  const struct capture_settings *settings);
/* As capture_start; the session is told what was captured as a row of the table that it has begun. -ENOENT: it does not run; -EBUSY: another session waits for it. */
int capture_stop(struct captures *captures, struct session *session, struct capture *capture);
bool captures_waiting(const struct captures *captures, const struct session *session);
/*
 * Writes the buffer into a file of the root folder, in the form that the ending of name says (file_format.h). name "":
 * <interface>_YYYY-MM-DD_HH.MM.SS.cap, put into name. Returns 0, or -errno with the reason.
 */
int capture_write(struct captures *captures, const struct capture *capture, char name[FILE_PATH_MAX],
                  char reason[MESSAGE_TEXT]);
/* Empties the buffers of all. */
void captures_clear(struct captures *captures);
/* The session waits no longer; gone: it is shown nothing any more, and what only it saw stops. NULL is fine. */
void captures_forget(struct captures *captures, const struct session *session, bool gone);

#endif

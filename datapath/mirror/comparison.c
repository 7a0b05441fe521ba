/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/mirror/comparison.h"

#include "datapath/core/server.h"
#include "datapath/mirror/digest.h"
#include "datapath/mirror/table.h"
#include "lib/messages/type.h"

#include <errno.h>
#include <qb/qblog.h>
#include <string.h>

static struct comparison {
	bool sending, comparing; /* a digest is being made, for one of them */
	bool taken;              /* peer is to be compared */
	uint16_t repairs;
	uint64_t drifted; /* objects in parts that have drifted apart */
	struct digest peer;
	struct digest_history history;
} comparisons[RECORD_CLASS_MAX];

static bool make(const struct mirror_class *class)
{
	return class->table ? mirror_table_digest(class) : class->digest();
}

void comparison_send(const struct mirror_class *class)
{
	struct comparison *comparison = &comparisons[class->id];

	if (class->digest_form == 0 || comparison->sending || comparison->comparing)
		return;
	comparison->sending = true;
	/* The next one is due soon enough. */
	if (!make(class))
		comparison->sending = false;
}

int comparison_take(const struct mirror_class *class, const void *payload, size_t length)
{
	struct comparison *comparison = &comparisons[class->id];

	if (class->digest_form == 0 || length < sizeof(comparison->peer))
		return -EBADMSG;
	if (comparison->comparing)
		return 0;
	memcpy(&comparison->peer, payload, sizeof(comparison->peer));
	comparison->taken = true;
	return 0;
}

void comparison_run(const struct mirror_class *const *classes)
{
	for (; *classes; classes++) {
		struct comparison *comparison = &comparisons[(*classes)->id];

		if (!comparison->taken || comparison->sending || comparison->comparing)
			continue;
		comparison->comparing = true;
		if (!make(*classes))
			comparison->comparing = false;
	}
}

static void tell(uint16_t class_id, struct comparison *comparison, const struct digest_verdict *verdict)
{
	struct message_mirror_drift drift = {.class_id = class_id, .parts = verdict->parts};

	if (!verdict->repair)
		return;
	comparison->repairs += comparison->repairs < UINT16_MAX;
	qb_log(LOG_WARNING, "%s differ from the active node's in %u of %u parts: they are sent again",
	       record_class_name(class_id), verdict->parts, DIGEST_PARTS);
	(void)server_send_mirror(MESSAGE_MIRROR_DRIFT, &drift, sizeof(drift));
}

static void compare(uint16_t class_id, struct comparison *comparison, const struct digest_sums *sums)
{
	struct digest_verdict verdict = digest_compare(&comparison->history, sums, &comparison->peer);

	comparison->drifted = verdict.objects;
	tell(class_id, comparison, &verdict);
}

void mirror_digest_made(uint16_t class_id, const struct digest_sums *sums)
{
	struct comparison *comparison = &comparisons[class_id];
	bool active = atomic_load(&datapath.active);
	static struct digest digest;

	if (sums && comparison->sending && active) {
		digest_write(sums, &digest);
		mirror_emit_control(class_id, 1, RECORD_DIGEST, &digest, sizeof(digest));
	}
	/* One that was taken after all began anew is of another time. */
	if (sums && comparison->comparing && comparison->taken && !active)
		compare(class_id, comparison, sums);
	if (comparison->comparing)
		comparison->taken = false;
	comparison->sending = comparison->comparing = false;
}

void comparison_forget(uint16_t class_id)
{
	comparisons[class_id].taken = false;
	digest_forget(&comparisons[class_id].history);
}

void comparison_mended(uint16_t class_id)
{
	comparisons[class_id].drifted = 0;
}

void comparison_counts(const struct mirror_class *class, struct message_mirror_count *out)
{
	const struct comparison *comparison = &comparisons[class->id];

	out->digest_form = class->digest_form;
	out->repairs = comparison->repairs;
	out->drifted = comparison->drifted;
}

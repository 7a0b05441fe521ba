/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/capture/show.h"
#include "mgmt/mgmtd/session/session.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>

#define PACKETS_A_TURN 256
#define TEXT_MAX       (32l << 20) /* bytes that a command prints at most */

struct capture_show {
	struct session *session;
	pcap_t *pcap;
	void *bytes;
	uint64_t left; /* packets to print */
	enum capture_format format;
};

static void end(struct capture_show *show)
{
	pcap_close(show->pcap);
	free(show->bytes);
	show->session->show = NULL;
	free(show);
}

/* 1: one was printed; 0: it was the last; -errno after a message. */
static int print_next(struct capture_show *show)
{
	FILE *out = show->session->out;
	struct pcap_pkthdr *header;
	struct captured_packet packet;
	const u_char *bytes;
	int got = show->left ? pcap_next_ex(show->pcap, &header, &bytes) : PCAP_ERROR_BREAK;

	if (got == PCAP_ERROR_BREAK)
		return 0;
	if (got != 1) {
		fprintf(out, "What follows cannot be read as packets: %s.\n", pcap_geterr(show->pcap));
		return -EBADMSG;
	}
	if (ftell(out) > TEXT_MAX) {
		fputs("More is not shown: -num limits it, and SCP fetches the file.\n", out);
		return -EFBIG;
	}
	packet = (struct captured_packet){.bytes = bytes,
	                                  .captured = header->caplen,
	                                  .length = header->len,
	                                  .time_us = (uint64_t)header->ts.tv_sec * 1000000 +
	                                             (uint64_t)header->ts.tv_usec};
	capture_print(&packet, show->format, out);
	show->left--;
	return 1;
}

static void turn(void *user)
{
	struct capture_show *show = user;
	struct session *session = show->session;
	int more = 1;

	for (unsigned i = 0; i < PACKETS_A_TURN && more == 1; i++)
		more = print_next(show);
	if (more == 1)
		more = qb_loop_job_add(session->engine->loop, QB_LOOP_LOW, show, turn) ? -ENOMEM : 1;
	if (more == 1) {
		session_rearm(session);
		return;
	}
	end(show);
	session_end(session, more);
}

int capture_show(struct session *session, FILE *file, void *bytes, uint64_t number,
                 enum capture_format format)
{
	struct capture_show *show = calloc(1, sizeof(*show));
	char reason[PCAP_ERRBUF_SIZE] = "out of memory";
	int error;

	if (show)
		*show = (struct capture_show){.session = session,
		                              .bytes = bytes,
		                              .left = number ? number : UINT64_MAX,
		                              .format = format};
	if (!show || !(show->pcap = pcap_fopen_offline(file, reason))) {
		fprintf(session->out, "pcapdump: this is no file of captured packets: %s.\n", reason);
		fclose(file);
		free(bytes);
		free(show);
		return -EBADMSG;
	}
	session->show = show;
	if (pcap_datalink(show->pcap) != DLT_EN10MB) {
		fputs("pcapdump: only packets of Ethernet can be shown.\n", session->out);
		end(show);
		return -EBADMSG;
	}
	error = qb_loop_job_add(session->engine->loop, QB_LOOP_LOW, show, turn);
	if (error) {
		end(show);
		return error;
	}
	return SESSION_WAITS;
}

void capture_show_forget(struct session *session)
{
	if (!session->show)
		return;
	qb_loop_job_del(session->engine->loop, QB_LOOP_LOW, session->show, turn);
	end(session->show);
}

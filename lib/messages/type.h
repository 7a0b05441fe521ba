/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_TYPE_H
#define LIB_MESSAGES_TYPE_H

/*
 * Every type of message that the daemons of a node exchange (lib/ipc.h), and the plain answer. The bodies are in the
 * files beside this one, a subject each. Structures are in host byte order: both ends run on the same machine. A
 * receiver checks the length of a body against the structure and ignores types it does not know.
 */

#include <stdint.h>

enum message_type {
	/* --- to and from hadrian-datapath (server); clients: mgmtd, clusterd --- */
	/*
	 * clusterd opens two connections, so that a mirror that has to wait never delays a heartbeat report: one for
	 * activity and heartbeats, one for MESSAGE_MIRROR_*. Records and counts go to the connection that sent
	 * MESSAGE_MIRROR_SNAPSHOT or MESSAGE_MIRROR_STOP last. Where no connection is left that sent
	 * MESSAGE_ACTIVITY_SET the datapath stays what it is, but is not ready in its heartbeats.
	 */
	MESSAGE_POLICY_APPLY =
	    100,                 /* mgmtd ->: blob (lib/policy.h) in fd, body: struct message_policy_apply */
	MESSAGE_POLICY_RESULT,   /* -> mgmtd: struct message_result */
	MESSAGE_ACTIVITY_SET,    /* clusterd ->: struct message_activity */
	MESSAGE_ACTIVITY_REPORT, /* -> clusterd, on connect and on each change: struct message_activity_report
	                          */
	MESSAGE_HEARTBEAT_REPORT, /* -> clusterd, on connect and on each change: struct
	                             message_heartbeat_report */
	MESSAGE_MIRROR_RECORDS, /* clusterd ->: records of the peer (lib/record.h), at most RECORD_BATCH_MAX */
	MESSAGE_MIRROR_SNAPSHOT, /* clusterd ->: send classes as snapshots, then deltas go on: struct
	                             message_mirror_classes */
	MESSAGE_MIRROR_STOP,   /* clusterd ->: the peer is gone, no deltas until the next snapshot; no body */
	MESSAGE_MIRROR_COUNTS, /* -> clusterd once a second: struct message_mirror_count[] */
	MESSAGE_QUERY,         /* mgmtd ->: struct message_query; of flows: struct message_flow_query */
	MESSAGE_QUERY_ROWS,    /* -> mgmtd: struct message_query_reply followed by rows of the queried kind */
	MESSAGE_QUERY_END,     /* -> mgmtd: struct message_query_reply, no rows */
	MESSAGE_FLUSH_NEIGHBOURS, /* mgmtd ->: struct message_neighbour_flush; answered by MESSAGE_POLICY_RESULT */
	/*
	 * Captures of packets (`pcapdump`). A capture belongs to the connection that started it, and ends with it.
	 * What was captured before a stop comes before the answer to it.
	 */
	MESSAGE_CAPTURE_START,   /* mgmtd ->: struct message_capture_start; answered by ..._STATE */
	MESSAGE_CAPTURE_STOP,    /* mgmtd ->: struct message_capture_stop; answered by ..._STATE */
	MESSAGE_CAPTURE_STATE,   /* -> mgmtd: struct message_capture_state; also where more was lost */
	MESSAGE_CAPTURE_PACKETS, /* -> mgmtd: struct capture_record, each followed by its bytes */
	/* Packets on their way (watch.h), and packets that the datapath makes (probe.h). */
	MESSAGE_WATCH_START,  /* mgmtd ->: struct message_watch_start; answered by ..._STATE */
	MESSAGE_WATCH_STOP,   /* mgmtd ->: struct message_watch_stop; answered by ..._STATE */
	MESSAGE_WATCH_STATE,  /* -> mgmtd: struct message_watch_state; also where more was left out */
	MESSAGE_WATCH_EVENTS, /* -> mgmtd: struct watch_event[] */
	MESSAGE_PROBE_START,  /* mgmtd ->: struct message_probe_start; answered by ..._EVENT */
	MESSAGE_PROBE_STOP,   /* mgmtd ->: struct message_probe_stop; no answer */
	MESSAGE_PROBE_EVENT,  /* -> mgmtd: struct message_probe_event */
	MESSAGE_NEIGHBOUR_NOTIFY, /* mgmtd ->: struct message_neighbour_notify; answered by MESSAGE_POLICY_RESULT */
	MESSAGE_DISCOVERY_SNOOP, /* mgmtd ->: uint32_t: bits of enum discovery_snoop, 0: no more */
	MESSAGE_DISCOVERY_SEEN,  /* -> mgmtd: struct message_discovery, followed by what its kind says */
	MESSAGE_AUTOCONFIGURE, /* mgmtd ->: struct message_autoconfigure; answered by ..._AUTOCONFIGURATION */
	MESSAGE_AUTOCONFIGURATION, /* -> mgmtd, also on each change: struct message_autoconfiguration */
	/*
	 * Both ways, datapath <-> clusterd, no body: the node that yields has forwarded its last packet, and its records are all
	 * sent; to the node that takes over, behind the last of them.
	 */
	MESSAGE_MIRROR_END,
	MESSAGE_MIRROR_DRIFT,   /* -> clusterd: struct message_mirror_drift; only a snapshot mends it */
	MESSAGE_MIRROR_COMPARE, /* clusterd ->: send digests of classes: struct message_mirror_classes */
	MESSAGE_MIRROR_BATCH, /* -> clusterd: struct record_batch (lib/record.h), cut off behind its last record */
	MESSAGE_BLACKLIST, /* mgmtd ->: struct message_blacklist; answered by MESSAGE_POLICY_RESULT */
	MESSAGE_DHCP_CLIENT_CONFIGURE, /* mgmtd ->: struct message_dhcp_client_configure; answered by ..._STATUS */
	MESSAGE_DHCP_CLIENT_STATUS, /* -> mgmtd, also on each change: struct message_dhcp_client_status */

	/* --- to and from hadrian-clusterd (server); client: mgmtd --- */
	MESSAGE_CLUSTER_CONFIGURE = 200, /* mgmtd ->: struct message_cluster_configuration */
	MESSAGE_CONFIGURATION_PUBLISH,   /* mgmtd ->: blob in fd, body: struct message_configuration; goes to
	                                    the peer */
	MESSAGE_CONFIGURATION_RECEIVED,  /* -> mgmtd: the same from the peer */
	MESSAGE_CONFIGURATION_CURRENT,   /* -> mgmtd: what does this node have? answered by ..._PUBLISH (peer
	                                    joined) */
	MESSAGE_CLUSTER_STATUS,          /* mgmtd ->: no body; the answer has the same type: struct
	                                    message_cluster_status */
	MESSAGE_CLUSTER_COMMAND,         /* mgmtd ->: struct message_cluster_command */
	MESSAGE_CLUSTER_RESULT,          /* -> mgmtd: struct message_result */
	/*
	 * A commit has its place in the cluster's total order: the first claim on a generation wins on both nodes.
	 * Who was granted one saves, publishes, and ends the claim.
	 */
	MESSAGE_COMMIT_CLAIM, /* mgmtd ->: struct message_commit_claim, one at a time */
	MESSAGE_COMMIT_RESULT, /* -> mgmtd: struct message_result: 0, -ESTALE where the peer was first, -EAGAIN */
	MESSAGE_COMMIT_END,         /* mgmtd ->: struct message_commit_end */
	MESSAGE_CLUSTER_IDENTITY,   /* mgmtd ->: struct message_cluster_identity */
	MESSAGE_CLUSTER_DIFFERENCE, /* -> mgmtd: text, how the peer differs or that it does no longer */

	/* --- to and from hadrian-mgmtd (server); clients: CLI, CGI programs --- */
	MESSAGE_CLI_OPEN =
	    300, /* ->: user name as text (taken from the kernel's uid for the console); answer CLI_DONE */
	MESSAGE_CLI_COMMAND, /* ->: one command line as text, without newline */
	MESSAGE_CLI_OUTPUT,  /* -> client: text, any number of them */
	MESSAGE_CLI_DONE,    /* -> client: struct message_cli_done */
	MESSAGE_CGI_REQUEST, /* ->: struct message_cgi_request */
	MESSAGE_CGI_REPLY,   /* -> client: struct message_cgi_reply followed by the body's text */
	/*
	 * At PATH_LOGIN_SOCKET only. Where the login is granted the connection is a session of that user from then
	 * on: it takes MESSAGE_CLI_OPEN (no body) and MESSAGE_CLI_COMMAND, and no other login.
	 */
	MESSAGE_LOGIN,        /* ->: struct message_login */
	MESSAGE_LOGIN_RESULT, /* -> client: struct message_login_result */
	/*
	 * Files that administrators reach over the network (SCP), on a connection whose login was granted to one:
	 * mgmtd opens and names them, the client only reads and writes what it is given.
	 */
	MESSAGE_FILE,       /* ->: struct message_file; one at a time */
	MESSAGE_FILE_REPLY, /* -> client: struct message_file_reply; with the open file in fd for FILE_READ and
	                       FILE_WRITE; for FILE_LIST followed by struct message_file_entry[] */
	MESSAGE_CLI_COMPLETE,    /* ->: struct message_cli_complete followed by the line up to the cursor */
	MESSAGE_CLI_COMPLETIONS, /* -> client: struct message_cli_completions followed by both texts */
	MESSAGE_CLI_BREAK,       /* ->: no body; what runs is broken off, its CLI_DONE follows at once */
	/* At PATH_MGMTD_SOCKET ->: name of a COMPortAccess as text; the answer has the same type: struct message_console. */
	MESSAGE_CONSOLE = 390,

	/* --- to and from hadrian-mgmtd (server); client: hadrian-radius --- */
	MESSAGE_RADIUS_REQUEST = 400, /* -> client: struct message_radius_request */
	MESSAGE_RADIUS_CANCEL,        /* -> client: uint64_t id; no answer follows */
	MESSAGE_RADIUS_SNOOP,         /* -> client: uint32_t, enum radius_snoop */
	MESSAGE_RADIUS_ANSWER,        /* ->: struct message_radius_answer */
	MESSAGE_RADIUS_SNOOPED,       /* ->: whole lines of text */

	/* --- of hadrian-mgmtd to hadrian-datapath, hadrian-clusterd and hadrian-log: what they tell the time in --- */
	MESSAGE_TIME_ZONE = 500, /* as the environment's TZ, see lib/log.h */

	/* --- to and from hadrian-log (server); clients: every daemon (log.h) --- */
	MESSAGE_LOG_LINE = 600, /* ->: struct message_log_line followed by text */
	MESSAGE_LOG_RECEIVERS,  /* mgmtd ->: struct message_log_receivers followed by them */
	MESSAGE_LOG_COUNTS, /* -> mgmtd: struct message_log_counts followed by struct message_log_count[] */
};

#define MESSAGE_TEXT 256

struct message_result {
	int32_t error; /* 0 or -errno */
	uint32_t reserved;
	uint64_t generation;     /* of the policy or configuration that is in force now */
	char text[MESSAGE_TEXT]; /* for people, "" on success */
};

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_H
#define LIB_MESSAGES_H

/*
 * Every message that the daemons of a node exchange (lib/ipc.h). Structures are in host byte order: both ends
 * run on the same machine. A receiver checks the length of a body against the structure and ignores types it
 * does not know.
 */

#include "address.h"
#include "capture_filter.h"
#include "flow_filter.h"
#include "heartbeat.h"
#include "policy.h"

#include <stddef.h>
#include <stdint.h>

enum message_type {
	/* --- to and from hadrian-datapath (server); clients: mgmtd, clusterd
	   --------------------------------------- */
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
	MESSAGE_MIRROR_RECORDS,   /* both ways, datapath <-> clusterd: records (lib/record.h), at most
	                             RECORD_BATCH_MAX */
	MESSAGE_MIRROR_SNAPSHOT,  /* clusterd ->: send all classes as snapshots, then deltas go on; no body */
	MESSAGE_MIRROR_STOP,   /* clusterd ->: the peer is gone, no deltas until the next snapshot; no body */
	MESSAGE_MIRROR_COUNTS, /* -> clusterd once a second: struct message_mirror_count[] */
	MESSAGE_QUERY,         /* mgmtd ->: struct message_query; of flows: struct message_flow_query */
	MESSAGE_QUERY_ROWS,    /* -> mgmtd: struct message_query_reply followed by rows of the queried kind */
	MESSAGE_QUERY_END,     /* -> mgmtd: struct message_query_reply, no rows */
	MESSAGE_FLUSH_NEIGHBOURS, /* mgmtd ->: uint32_t, the IP version, 0 for both; answered by MESSAGE_POLICY_RESULT */
	/*
	 * Captures of packets (`pcapdump`). A capture belongs to the connection that started it, and ends with it.
	 * What was captured before a stop comes before the answer to it.
	 */
	MESSAGE_CAPTURE_START,   /* mgmtd ->: struct message_capture_start; answered by ..._STATE */
	MESSAGE_CAPTURE_STOP,    /* mgmtd ->: struct message_capture_stop; answered by ..._STATE */
	MESSAGE_CAPTURE_STATE,   /* -> mgmtd: struct message_capture_state; also where more was lost */
	MESSAGE_CAPTURE_PACKETS, /* -> mgmtd: struct capture_record, each followed by its bytes */
	/* Packets on their way (lib/watch.h), and packets that the datapath makes (lib/probe.h). */
	MESSAGE_WATCH_START,  /* mgmtd ->: struct message_watch_start; answered by ..._STATE */
	MESSAGE_WATCH_STOP,   /* mgmtd ->: struct message_watch_stop; answered by ..._STATE */
	MESSAGE_WATCH_STATE,  /* -> mgmtd: struct message_watch_state; also where more was left out */
	MESSAGE_WATCH_EVENTS, /* -> mgmtd: struct watch_event[] */
	MESSAGE_PROBE_START,  /* mgmtd ->: struct message_probe_start; answered by ..._EVENT */
	MESSAGE_PROBE_STOP,   /* mgmtd ->: struct message_probe_stop; no answer */
	MESSAGE_PROBE_EVENT,  /* -> mgmtd: struct message_probe_event */
	MESSAGE_NEIGHBOUR_NOTIFY, /* mgmtd ->: struct message_neighbour_notify; answered by MESSAGE_POLICY_RESULT */
	MESSAGE_DISCOVERY_SNOOP, /* mgmtd ->: uint32_t: 1 to be told of solicitations and advertisements, 0 no more */
	MESSAGE_DISCOVERY_SEEN, /* -> mgmtd: struct message_discovery, followed by the packet from its IPv6 header on */

	/* --- to and from hadrian-clusterd (server); client: mgmtd
	   -------------------------------------------------- */
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
	MESSAGE_COMMIT_END, /* mgmtd ->: struct message_commit_end */

	/* --- to and from hadrian-mgmtd (server); clients: CLI, CGI programs
	   ----------------------------------------- */
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

	/* --- to and from hadrian-mgmtd (server); client: hadrian-radius
	   --------------------------------------------- */
	MESSAGE_RADIUS_REQUEST = 400, /* -> client: struct message_radius_request */
	MESSAGE_RADIUS_CANCEL,        /* -> client: uint64_t id; no answer follows */
	MESSAGE_RADIUS_SNOOP,         /* -> client: uint32_t, enum radius_snoop */
	MESSAGE_RADIUS_ANSWER,        /* ->: struct message_radius_answer */
	MESSAGE_RADIUS_SNOOPED,       /* ->: whole lines of text */

	/* --- of hadrian-mgmtd to hadrian-datapath and hadrian-clusterd: what their logs tell the time in --- */
	MESSAGE_TIME_ZONE = 500, /* as the environment's TZ, see lib/log.h */
};

#define MESSAGE_TEXT 256

struct message_result {
	int32_t error; /* 0 or -errno */
	uint32_t reserved;
	uint64_t generation;     /* of the policy or configuration that is in force now */
	char text[MESSAGE_TEXT]; /* for people, "" on success */
};

struct message_policy_apply {
	uint64_t generation;
};

/*
 * What clusterd wants this node to be. A datapath that demoted itself (stood_still) ignores active = 1 with a term that is
 * not higher than its own: clusterd may have sent it before it knew.
 */
struct message_activity {
	uint8_t active;
	uint8_t ready;    /* goes into the heartbeats */
	uint8_t yielding; /* goes into the heartbeats */
	uint8_t reserved;
	uint32_t term;
	uint64_t instance; /* of clusterd; goes into the heartbeats */
};

/* What the datapath is. It demotes itself where it finds that it stood still for longer than PeerDead. */
struct message_activity_report {
	uint8_t active;
	uint8_t healthy;     /* every configured port works and the workers run */
	uint8_t stood_still; /* demoted itself after a pause; clusterd decides anew */
	uint8_t heartbeats;  /* heartbeats are being sent (cluster configured, key readable) */
	uint32_t term;
	uint64_t policy_generation; /* 0: no policy yet */
	uint64_t flows;
};

/* The peer as its heartbeats show it. One report covers all interfaces. */
struct message_heartbeat_report {
	uint8_t alive; /* heard on at least one interface within PeerDead */
	uint8_t interfaces_alive;
	uint8_t interfaces_total; /* Sync and Critical ones of this node */
	uint8_t reserved;
	uint32_t forged;       /* frames with a wrong key since start */
	struct heartbeat last; /* the newest, valid where alive or ever heard (instance != 0) */
};

struct message_mirror_count {
	uint16_t class_id;
	uint16_t reserved;
	uint32_t skipped; /* records of this class that were not understood */
	uint64_t count;   /* objects held now */
};

enum query_kind {
	QUERY_FLOWS = 1,  /* struct flow_row: a page of them */
	QUERY_NEIGHBOURS, /* struct neighbour_row */
	QUERY_INTERFACES, /* struct interface_row */
	QUERY_COUNTERS,   /* struct counter_row */
	QUERY_ROUTES,     /* struct route_row */
	QUERY_WORKERS,    /* struct worker_row */
	QUERY_FLOW_COUNT, /* one struct flow_count_row */
	QUERY_FLOW_CLOSE, /* closes flows; one struct flow_count_row */
};

struct message_query {
	uint32_t kind;
	uint32_t limit;  /* rows at most, 0: all */
	uint64_t cookie; /* comes back in every answer */
};

/*
 * For QUERY_FLOW...: flows come a page at a time, so that neither a worker nor the control thread nor mgmtd is busy with
 * a large table for long. A page may have fewer rows than there is room for, also none.
 */
struct message_flow_query {
	struct message_query query; /* limit: rows of this page, at most FLOW_PAGE_MAX; 0: FLOW_PAGE_MAX */
	uint64_t cursor; /* where the page begins: 0, or message_query_reply.next of the page before */
	struct flow_filter filter;
};
#define FLOW_PAGE_MAX 256

struct message_query_reply {
	uint32_t kind;
	uint32_t rows;
	uint64_t cookie;
	uint64_t next; /* of MESSAGE_QUERY_END of a page of flows: the next page's cursor, 0: there is none */
};

struct flow_row {
	uint8_t protocol;
	uint8_t mirrored;   /* of the peer, which is active */
	uint8_t translated; /* the answers' ends are not those of the first direction turned round */
	uint8_t reserved;
	uint16_t source_interface; /* id, or POLICY_INTERFACE_CORE */
	uint16_t destination_interface;
	struct ip_address source;
	struct ip_address destination;
	struct ip_address reply_source; /* of the answers as they come in */
	struct ip_address reply_destination;
	uint16_t source_port; /* host byte order; ICMP: identifier */
	uint16_t destination_port;
	uint16_t reply_source_port;
	uint16_t reply_destination_port;
	uint32_t timeout_s; /* until it is closed where nothing more comes */
	uint32_t
	    path_mtu; /* of a flow of the firewall's own: what it sends to the other end at most; 0: not known */
	uint64_t packets[2]; /* original direction, reply direction */
	uint64_t bytes[2];
};

struct flow_count_row {
	uint64_t flows;    /* that match */
	uint64_t mirrored; /* of them the peer's: they are not closed here */
	uint64_t closed;
};

enum neighbour_state {
	NEIGHBOUR_NONE,
	NEIGHBOUR_RESOLVING, /* "Reslvng" */
	NEIGHBOUR_UNKNOWN,
	NEIGHBOUR_DYNAMIC,
	NEIGHBOUR_PROBING,
	NEIGHBOUR_STATIC,
};

struct neighbour_row {
	uint16_t interface;
	uint8_t state; /* enum neighbour_state */
	uint8_t reserved;
	struct ip_address address;
	struct mac_address mac;
	uint16_t reserved2;
	uint32_t expires_s;
};

/* `ndp -notify`: tells the link of an address of the firewall's. */
struct message_neighbour_notify {
	uint16_t interface;
	uint16_t reserved;
	struct ip_address address;
};

#define DISCOVERY_MAX 1500 /* bytes of a packet that are told */
struct message_discovery {
	uint16_t interface;
	uint16_t sent; /* 0: it came in */
};

struct interface_row {
	uint16_t interface;
	uint8_t link_up;
	uint8_t promiscuous;
	uint32_t mtu;
	struct mac_address mac;
	struct mac_address shared_mac;
	char driver[20];
	uint32_t speed_mbps; /* 0: not known */
	uint8_t full_duplex;
	uint8_t checksum_offload;
	uint8_t reserved[6];
	uint64_t received_packets, received_bytes, sent_packets, sent_bytes, dropped_packets;
};

struct counter_row {
	char name[56]; /* e.g. "drop/ipv4_checksum", "flow/created" */
	uint64_t value;
};

struct route_row {
	struct ip_range network;
	struct ip_address gateway;
	struct ip_address local_ip;
	uint16_t interface; /* or POLICY_INTERFACE_CORE */
	uint16_t reserved;
	uint32_t metric;
};

/* Of the last second, per cent of one CPU. */
struct worker_row {
	uint32_t index;
	uint16_t fast_percent; /* forwarding */
	uint16_t slow_percent; /* flow setup */
};

struct message_capture_start {
	uint32_t id; /* the client's, not 0; names the capture in all that follows */
	uint16_t interface;
	uint16_t reserved;
	uint32_t length; /* bytes of a packet that are wanted; 0: all */
	struct capture_filter filter;
};

struct message_capture_stop {
	uint32_t id;
};

struct message_capture_state {
	uint32_t id;
	int32_t error;  /* of a start: 0 or -errno */
	uint32_t ended; /* nothing more comes */
	uint32_t reserved;
	uint64_t lost; /* copies that found no room since the start */
};

/* Records start at multiples of 8 bytes of the message; the bytes of a packet, from its Ethernet header on, follow. */
struct capture_record {
	uint32_t id;
	uint32_t length;   /* of the packet */
	uint32_t captured; /* bytes of it that follow */
	uint32_t sent;     /* 0: it was received */
	uint64_t time_us;  /* since 1970 */
};
#define CAPTURE_LENGTH_MAX 16384 /* bytes of a packet at most */
static inline size_t capture_record_size(uint32_t captured)
{
	return sizeof(struct capture_record) + (((size_t)captured + 7) & ~(size_t)7);
}

/* One corosync link: the addresses of both nodes on one interface. */
struct message_cluster_link {
	struct ip_address address[2]; /* indexed by enum cluster_role */
	uint32_t reserved;
};
#define CLUSTER_LINKS_MAX 4

struct message_cluster_configuration {
	uint8_t enabled; /* 0: standalone, then the rest is zero and this node is active at once */
	uint8_t role;    /* enum cluster_role */
	uint8_t cluster_id;
	uint8_t auto_sync;
	uint32_t peer_dead_ms;
	uint32_t link_count;
	uint32_t reserved;
	struct message_cluster_link links[CLUSTER_LINKS_MAX]; /* the Sync interfaces first */
};

#define COMMIT_AUTHOR_MAX 128

struct message_configuration {
	uint64_t generation; /* grows with every commit anywhere in the cluster */
	uint8_t digest[32];  /* SHA-256 of the blob */
	uint32_t force; /* `ha -sendconf`: to be applied even where the receiver's generation is higher */
	uint32_t reserved;
	char
	    author[COMMIT_AUTHOR_MAX]; /* who committed it just now at the peer, "" where that is not known */
};

struct message_commit_claim {
	uint64_t base;                  /* the generation that is to be followed */
	char author[COMMIT_AUTHOR_MAX]; /* "admin from 192.0.2.1" */
};

struct message_commit_end {
	uint64_t generation; /* that is committed now: base where the commit failed */
};

#define CLUSTER_CLASSES_MAX 16

struct cluster_class_status {
	char name[24];
	uint64_t have;   /* at this node where inactive, at the peer where active */
	uint64_t should; /* what the active node holds */
	uint32_t skipped;
	uint32_t reserved;
};

struct message_cluster_status {
	uint8_t configured; /* 0: "This device is a standalone system (HA not configured)" */
	uint8_t role;
	uint8_t active;
	uint8_t peer_alive;
	uint8_t resyncing;
	uint8_t sync_percent;
	uint8_t corosync_joined; /* the peer is a member of our CPG group */
	uint8_t reserved;
	uint32_t term;
	uint32_t state_seconds; /* since the last change of active/inactive */
	uint32_t class_count;
	uint32_t reserved2;
	uint64_t batches_skipped; /* messages of the peer that were not understood */
	struct cluster_class_status classes[CLUSTER_CLASSES_MAX];
};

enum cluster_command { CLUSTER_DEACTIVATE = 1, CLUSTER_ACTIVATE = 2, CLUSTER_REQUEST_CONFIGURATION = 3 };

struct message_cluster_command {
	uint32_t command;
};

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

/* A CGI program passes on what the client sent; mgmtd checks the credentials and the right for the command.
 */
struct message_cgi_request {
	char user[128];
	char password[257];
	char script[32];  /* "nph-vpn.cgi" */
	char query[1024]; /* the raw query string, still percent-encoded */
	char remote[IP_ADDRESS_TEXT];
};

struct message_cgi_reply {
	uint32_t status; /* HTTP: 200, 400, 401, 503 */
	uint32_t length; /* of the text behind */
};

enum login_method {
	LOGIN_PASSWORD,    /* text is the password */
	LOGIN_ANSWER,      /* text is the answer to the question of the last result (-EINPROGRESS) */
	LOGIN_KEY_OFFERED, /* key: would it be taken? Nothing is granted */
	LOGIN_KEY,         /* key: the client has proved that it is the key's owner */
};

#define LOGIN_KEY_MAX 4096

/* What somebody gave to hadrian-sshd; mgmtd checks it. Texts end with a NUL byte. */
struct message_login {
	uint32_t method; /* enum login_method */
	uint32_t reserved;
	char user[64];
	char access[64]; /* the RemoteMgmtSSH object that let the client in */
	char remote[IP_ADDRESS_TEXT];
	char text[257];
	char key[LOGIN_KEY_MAX]; /* "ssh-ed25519 AAAA...", without a comment; RFC 4253, 6.6, in base 64 */
};

#define LOGIN_QUESTION_MAX 512
#define LOGIN_PASSWORD_MAX 257 /* with the NUL byte */

struct message_login_result {
	int32_t error;      /* 0: granted, or the key would be taken; -EACCES; -EAGAIN: too many logins;
	                       -EINPROGRESS: the server of the user wants an answer first */
	uint32_t may_write; /* Administrators; Auditors look only */
	uint32_t echo;      /* the answer may be seen while it is typed */
	char question[LOGIN_QUESTION_MAX];
};

#define RADIUS_SERVERS_MAX  8
#define RADIUS_REQUESTS_MAX 32 /* at once */

enum radius_snoop { RADIUS_SNOOP_OFF, RADIUS_SNOOP_PACKETS, RADIUS_SNOOP_ATTRIBUTES };

struct message_radius_server {
	struct ip_address address;
	uint16_t port;
	uint8_t chap;                          /* the password is sent by CHAP, else by PAP */
	uint8_t require_message_authenticator; /* answers without one are ignored */
	uint32_t timeout_ms;                   /* until a request is sent again */
	uint32_t retries;                      /* how often it is sent again */
	char name[64];
	char secret[104];
	char nas_identifier[254];
	uint8_t reserved[2];
};

/* Texts end with a NUL byte. */
struct message_radius_request {
	uint64_t id;
	uint32_t server_count;
	uint32_t
	    all; /* ask all at once and take the first that accepts; else one after the other until one answers */
	char user[64];
	char password[LOGIN_PASSWORD_MAX]; /* or the answer to a challenge */
	char remote[IP_ADDRESS_TEXT];
	uint8_t reserved[3];
	uint32_t state_length; /* of the challenge; 0: there was none */
	uint8_t state[256];
	struct message_radius_server server[RADIUS_SERVERS_MAX];
};

struct message_radius_answer {
	uint64_t id;
	uint32_t code;   /* enum radius_code (mgmt/radius/packet.h); 0: no server answered */
	uint32_t server; /* which of the request's servers; 0 where none answered */
	uint32_t echo;   /* what the user answers may be seen */
	uint32_t state_length;
	char groups[256];              /* separated by commas */
	char text[LOGIN_QUESTION_MAX]; /* Reply-Message */
	uint8_t state[256];
	char why[128]; /* code 0: what became of each server that was asked, for the log */
};

enum file_operation {
	FILE_LIST,  /* path may have wildcards in its last part; a folder alone lists what is in it */
	FILE_READ,  /* fd: the file */
	FILE_WRITE, /* fd: a new file without a name, of at most size bytes */
	FILE_KEEP, /* gives what was written to the file of the last FILE_WRITE its name, in place of one of that
	                name; checked before */
};

#define FILE_PATH_MAX 256

/* Paths are those of the administrator: "/", "/scripts", "/crashdumps" (C02-066), never those of the system. */
struct message_file {
	uint32_t operation; /* enum file_operation */
	uint32_t reserved;
	uint64_t size;
	char path[FILE_PATH_MAX];
};

struct message_file_reply {
	int32_t error;  /* 0, or -errno with the reason in text */
	uint32_t count; /* of the entries behind */
	char text[MESSAGE_TEXT];
};

struct message_file_entry {
	uint64_t size;
	uint64_t modified; /* seconds since 1970 */
	uint32_t folder;
	uint32_t reserved;
	char path[FILE_PATH_MAX]; /* whole */
};

#endif

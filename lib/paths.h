/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_PATHS_H
#define LIB_PATHS_H

/*
 * Where a node keeps its things. The lab gives every node a mount namespace with a /run and a
 * /var/lib/hadrian of its own, so the paths are the same there as on an appliance.
 */

#define PATH_RUN_DIRECTORY   "/run/hadrian"
#define PATH_STATE_DIRECTORY "/var/lib/hadrian"

/* Unix sockets (SOCK_SEQPACKET), see lib/ipc.h. */
#define PATH_MGMTD_SOCKET PATH_RUN_DIRECTORY "/mgmtd.sock" /* CLI; root only */
#define PATH_CGI_SOCKET                                                                                      \
	PATH_RUN_DIRECTORY "/www/cgi.sock" /* CGI programs; every request carries credentials */
#define PATH_LOGIN_SOCKET    PATH_RUN_DIRECTORY "/login.sock"    /* hadrian-sshd; root only */
#define PATH_RADIUS_SOCKET   PATH_RUN_DIRECTORY "/radius.sock"   /* hadrian-radius; root only */
#define PATH_LOG_SOCKET      PATH_RUN_DIRECTORY "/log.sock"      /* every daemon; root only */
#define PATH_CLUSTERD_SOCKET PATH_RUN_DIRECTORY "/clusterd.sock" /* mgmtd */
#define PATH_DATAPATH_SOCKET PATH_RUN_DIRECTORY "/datapath.sock" /* mgmtd and clusterd */

/* Releases that came by `upgrade` (system/release_store.h), and the certificates that their signers are known by. */
#define PATH_RELEASES      PATH_STATE_DIRECTORY "/releases"
#define PATH_UPGRADE_TRUST PATH_STATE_DIRECTORY "/upgrade-trust"
/* The release that runs: a mount of its folder, whose parents others than root may not enter. */
#define PATH_RELEASE PATH_RUN_DIRECTORY "/release"
/*
 * Between hadrian-supervisor and hadrian-mgmtd: "ok" or "failed <reason>", written when the configuration is in force;
 * what the supervisor has to tell the administrator; and what is to be reset at the next start ("configuration" or
 * "system").
 */
#define PATH_CONFIGURED    PATH_RUN_DIRECTORY "/configured"
#define PATH_START_NOTE    PATH_RUN_DIRECTORY "/start-note"
#define PATH_FACTORY_RESET PATH_STATE_DIRECTORY "/factory-reset"

/* 32 random bytes, mode 0600, made by hadrian-keygen; the same file on both nodes. */
/* InterfaceSettings PacketBufferSize in bytes, for the datapath's next start. */
#define PATH_PACKET_BUFFER PATH_STATE_DIRECTORY "/packet-buffer"
#define PATH_CLUSTER_KEY   PATH_STATE_DIRECTORY "/cluster.key"

/* Where media are mounted, each in a folder of its own. */
#define PATH_MEDIA         "/media"
#define PATH_MEDIA_RUNTIME "/run/media"

/* What datapaths restarted for (datapath/monitor/cure.h). */
#define PATH_INTERFACE_CURE PATH_RUN_DIRECTORY "/interface-cure"

/* The files of administrators (mgmt/mgmtd/files/file_store.h): in memory, but crashdumps. */
#define PATH_FILES      PATH_RUN_DIRECTORY "/files"
#define PATH_CRASHDUMPS PATH_STATE_DIRECTORY "/crashdumps"

#endif

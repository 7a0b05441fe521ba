/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_PATHS_H
#define LIB_PATHS_H

/*
 * Where a node keeps its things. The lab gives every node a mount namespace with a /run and a
 * /var/lib/hadrian of its own, so the paths are the same there as on an appliance.
 */

#define PATH_RUN_DIRECTORY   "/run/hadrian"
#define PATH_STATE_DIRECTORY "/var/lib/hadrian"

/* The root folder that administrators see over SCP; in memory. */
#define PATH_FILES PATH_RUN_DIRECTORY "/files"

/* Unix sockets (SOCK_SEQPACKET), see lib/ipc.h. */
#define PATH_MGMTD_SOCKET PATH_RUN_DIRECTORY "/mgmtd.sock" /* CLI; root only */
#define PATH_CGI_SOCKET                                                                                      \
	PATH_RUN_DIRECTORY "/www/cgi.sock" /* CGI programs; every request carries credentials */
#define PATH_LOGIN_SOCKET    PATH_RUN_DIRECTORY "/login.sock"    /* hadrian-sshd; root only */
#define PATH_CLUSTERD_SOCKET PATH_RUN_DIRECTORY "/clusterd.sock" /* mgmtd */
#define PATH_DATAPATH_SOCKET PATH_RUN_DIRECTORY "/datapath.sock" /* mgmtd and clusterd */

/* 32 random bytes, mode 0600, made by hadrian-keygen; the same file on both nodes. */
#define PATH_CLUSTER_KEY PATH_STATE_DIRECTORY "/cluster.key"

/* The files of administrators (mgmt/mgmtd/file_store.h): in memory, but crashdumps. */
#define PATH_FILES      PATH_RUN_DIRECTORY "/files"
#define PATH_CRASHDUMPS PATH_STATE_DIRECTORY "/crashdumps"

#endif

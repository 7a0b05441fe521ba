/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_HTTPS_RENDER_H
#define MGMT_MGMTD_HTTPS_RENDER_H

#include "lib/paths.h"
#include "mgmt/mgmtd/configuration/configuration.h"

#define HTTPS_CONFIGURATION PATH_RUN_DIRECTORY "/lighttpd.conf"
#define HTTPS_PID           PATH_RUN_DIRECTORY "/lighttpd.pid"
#define HTTPS_PAGES         PATH_RUN_DIRECTORY "/html"
#define HTTPS_CERTIFICATE   PATH_STATE_DIRECTORY "/https.pem"
#define HTTPS_USER          "www-data"

/*
 * lighttpd's configuration: the addresses of every enabled RemoteMgmtHTTP's interface, malloc'ed, or NULL
 * where there is none to serve (or no memory).
 */
char *https_render(const struct configuration *configuration, const char *cgi_directory);

#endif

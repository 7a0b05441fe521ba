/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CGI_H
#define MGMT_MGMTD_CGI_H

#include "mgmt/mgmtd/engine/engine.h"

#include <stdint.h>

/*
 * Answers the CGI programs at PATH_CGI_SOCKET, which the web server's user may reach: every request carries
 * credentials, checked here against the running configuration. Runs on the loop's thread. Returns 0 or
 * -errno.
 */
int cgi_listen(struct engine *engine, struct cgi **out);
void cgi_destroy(struct cgi *cgi);

/*
 * What a command answers (the body) for somebody with these rights (enum cgi_right). Returns the HTTP status:
 * 200 also for a command that failed (MC-005), 401 where the rights do not reach. Pure.
 */
uint32_t cgi_answer(const char *query, unsigned rights, char *body, size_t size);

#endif

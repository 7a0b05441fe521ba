/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CGI_QUERY_H
#define MGMT_MGMTD_CGI_QUERY_H

/* The query string of a script call (MC-002, MC-008): cmd=, name=, channel= in any order, percent-encoded or
 * raw. */

#define CGI_VALUE_MAX 256

struct cgi_query {
	char command[CGI_VALUE_MAX]; /* "" where not given */
	char name[CGI_VALUE_MAX];
	char channel[CGI_VALUE_MAX];
};

/*
 * Reads a query of any bytes up to its NUL. Returns 0, or -EINVAL for an unknown or repeated parameter, a bad
 * escape, an encoded control character or a value that is too long. Pure; any thread.
 */
int cgi_query_parse(const char *query, struct cgi_query *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/log.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

void log_start(const char *name, int with_syslog)
{
	qb_log_init(name, LOG_DAEMON, LOG_INFO);
	qb_log_ctl(QB_LOG_SYSLOG, QB_LOG_CONF_ENABLED, with_syslog ? QB_TRUE : QB_FALSE);
	qb_log_filter_ctl(QB_LOG_STDERR, QB_LOG_FILTER_ADD, QB_LOG_FILTER_FILE, "*", LOG_INFO);
	qb_log_format_set(QB_LOG_STDERR, "%T [%p] %b");
	qb_log_ctl(QB_LOG_STDERR, QB_LOG_CONF_ENABLED, QB_TRUE);
}

void log_time_zone(const char *text, size_t length)
{
	static const char allowed[] = "<>+-:,./0123456789M";
	char zone[64];

	if (length < 4 || length >= sizeof(zone))
		return;
	memcpy(zone, text, length);
	zone[length] = 0;
	if (zone[0] != '<' || strspn(zone, allowed) != length)
		return;
	setenv("TZ", zone, 1);
	tzset();
}

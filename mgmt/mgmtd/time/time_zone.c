/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/time/time_zone.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * Month.week.day of the changes, and the hour: of local standard time for the first and of summer time for the
 * second, where it is the same in each zone (-1: at 01:00 UTC in all of them).
 */
static const struct rule {
	const char *name, *begin, *end;
	int begin_hour, end_hour;
} rules[] = {
    {"EU", "M3.5.0", "M10.5.0", -1, -1},
    {"US", "M3.2.0", "M11.1.0", 2, 2},
    {"AU", "M10.1.0", "M4.1.0", 2, 3},
    {"NZ", "M9.5.0", "M4.1.0", 2, 3},
};

static const struct rule *find_rule(const char *name)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!strcmp(rules[i].name, name))
			return &rules[i];
	return NULL;
}

/* "+0130" */
static void offset_name(int minutes, char text[8])
{
	snprintf(text, 8, "%c%02u%02u", minutes < 0 ? '-' : '+', (unsigned)abs(minutes) / 60 % 100,
	         (unsigned)abs(minutes) % 60);
}

int time_zone_posix(const char *name, bool summer_time, char text[TIME_ZONE_MAX])
{
	char sign, behind[3] = "", standard[8], summer[8];
	const struct rule *rule = NULL;
	unsigned hours, minutes;
	int offset, length = 0, begin, end;

	if (sscanf(name, "UTC%c%2u:%2u%n", &sign, &hours, &minutes, &length) != 3 || length != 9 ||
	    (sign != '+' && sign != '-') || hours > 14 || minutes > 59)
		return -EINVAL;
	if (name[9] && (sscanf(name + 9, "-%2[A-Z]", behind) != 1 || name[12] || !(rule = find_rule(behind))))
		return -EINVAL;
	offset = (int)(hours * 60 + minutes) * (sign == '-' ? -1 : 1);
	offset_name(offset, standard);
	offset_name(offset + 60, summer);
	/* POSIX counts what is added to local time to get UTC. */
	length = snprintf(text, TIME_ZONE_MAX, "<%s>%c%02u:%02u", standard, sign == '-' ? '+' : '-', hours,
	                  minutes);
	if (!rule || !summer_time)
		return 0;
	begin = rule->begin_hour < 0 ? 1 + offset / 60 : rule->begin_hour;
	end = rule->end_hour < 0 ? 2 + offset / 60 : rule->end_hour;
	snprintf(text + length, (size_t)(TIME_ZONE_MAX - length), "<%s>,%s/%d,%s/%d", summer, rule->begin,
	         begin, rule->end, end);
	return 0;
}

void time_zone_apply(const struct configuration *configuration)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "DateTime");
	const struct lyd_node *object = object_find(configuration, type, NULL, NULL);
	const char *name = value_of(type, object, "Timezone");
	char zone[TIME_ZONE_MAX];

	if (time_zone_posix(name, !strcmp(value_of(type, object, "DSTAutoAdjust"), "Yes"), zone)) {
		qb_log(LOG_ERR, "time zone %s is not known", name);
		return;
	}
	setenv("TZ", zone, 1);
	tzset();
}

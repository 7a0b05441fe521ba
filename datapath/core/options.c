/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/core/options.h"

#include "datapath/core/datapath.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

static const char usage[] =
    "Usage: hadrian-datapath [OPTION]...\n"
    "Forwards packets under the policy that hadrian-mgmtd gives it.\n\n"
    "  --workers N       threads that forward, 1 to 16 (default 1)\n"
    "  --max-flows N     flows held at once, 1024 to 67108864 (default 262144)\n"
    "  --memory MB       memory for flows and packets (default: what --max-flows needs)\n"
    "  --packets N       packet buffers, 2048 to 4194304 (default 16384)\n"
    "  --max-mtu BYTES   largest MTU of any interface, 1500 to 9200 (default: what PacketBufferSize allows)\n"
    "  --no-huge         use ordinary memory pages instead of huge pages\n"
    "  --log-level NAME  error, warning, notice, info (default) or debug\n"
    "  --help, --version\n";

static int number(const char *option, const char *text, unsigned long low, unsigned long high,
                  unsigned long *out)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || strchr(text, '-') || value < low || value > high) {
		fprintf(stderr, "hadrian-datapath: --%s %s: must be a number from %lu to %lu\n", option, text,
		        low, high);
		return -EINVAL;
	}
	*out = value;
	return 0;
}

static int level(const char *text, int *out)
{
	static const struct {
		const char *name;
		int level;
	} levels[] = {{"error", LOG_ERR},
	              {"warning", LOG_WARNING},
	              {"notice", LOG_NOTICE},
	              {"info", LOG_INFO},
	              {"debug", LOG_DEBUG}};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(text, levels[i].name) == 0) {
			*out = levels[i].level;
			return 0;
		}
	}
	fprintf(stderr, "hadrian-datapath: --log-level %s: must be error, warning, notice, info or debug\n",
	        text);
	return -EINVAL;
}

static int take(int option, const char *value, struct options *out)
{
	unsigned long result = 0;
	int error = 0;

	switch (option) {
	case 'w':
		error = number("workers", value, 1, WORKERS_MAX, &result);
		out->workers = (unsigned)result;
		break;
	case 'f':
		error = number("max-flows", value, 1024, 1ul << 26, &result);
		out->max_flows = (uint32_t)result;
		break;
	case 'm':
		error = number("memory", value, 64, 1ul << 20, &result);
		out->memory_mb = (unsigned)result;
		break;
	case 'p':
		error = number("packets", value, 2048, 1ul << 22, &result);
		out->packets = (unsigned)result;
		break;
	case 'M':
		error = number("max-mtu", value, 1500, 9200, &result);
		out->mtu_max = (unsigned)result;
		break;
	case 'n':
		out->no_huge = true;
		break;
	case 'l':
		error = level(value, &out->log_level);
		break;
	case 'h':
		fputs(usage, stdout);
		return 1;
	case 'v':
		puts("hadrian-datapath " HADRIAN_VERSION);
		return 1;
	default:
		return -EINVAL; /* getopt has said why */
	}
	return error;
}

int options_parse(int argc, char **argv, struct options *out)
{
	static const struct option list[] = {
	    {"workers", required_argument, NULL, 'w'},   {"max-flows", required_argument, NULL, 'f'},
	    {"memory", required_argument, NULL, 'm'},    {"packets", required_argument, NULL, 'p'},
	    {"max-mtu", required_argument, NULL, 'M'},   {"no-huge", no_argument, NULL, 'n'},
	    {"log-level", required_argument, NULL, 'l'}, {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'v'},         {NULL, 0, NULL, 0}};
	int option, error;

	*out = (struct options){
	    .workers = 1, .max_flows = 262144, .packets = 16384, .mtu_max = 1500, .log_level = LOG_INFO};
	while ((option = getopt_long(argc, argv, "", list, NULL)) != -1) {
		error = take(option, optarg, out);
		if (error)
			return error;
	}
	if (optind < argc) {
		fprintf(stderr, "hadrian-datapath: %s: takes options only, see --help\n", argv[optind]);
		return -EINVAL;
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crowd CLIENT-NAMESPACE SERVER-NAMESPACE FIRST-SOURCE SERVER PORT MOST - opens UDP flows by the million (crowd.h).
 *
 * Says "ready", and takes lines of standard input:
 *   open N        opens N flows as fast as they come through     "open N seconds S", or "unheard N"
 *   rate R        opens R a second from here on; 0: no more      "rate R opened N per_second P" of the rate before
 *   check [T]     which flows are alive (crowd_check)            "judged J alive A missing M late L oldest_ms X"
 * L of the missing were heard before one that is alive. Ends with the input.
 */
#include "crowd.h"

#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NANOSECONDS 1000000000ULL
#define BUFFER      (64 << 20) /* what comes in a burst waits here */

uint64_t crowd_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

void crowd_pause(uint64_t nanoseconds)
{
	struct timespec pause = {(time_t)(nanoseconds / NANOSECONDS), (long)(nanoseconds % NANOSECONDS)};

	nanosleep(&pause, NULL);
}

static int socket_in(const char *name_space, uint16_t port)
{
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(port)};
	int space = open(name_space, O_RDONLY | O_CLOEXEC), buffer = BUFFER, one = 1, descriptor;

	if (space < 0 || setns(space, CLONE_NEWNET))
		err(1, "%s", name_space);
	close(space);
	descriptor = socket(AF_INET, SOCK_DGRAM, 0);
	if (descriptor < 0 || setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) ||
	    setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)) ||
	    bind(descriptor, (struct sockaddr *)&own, sizeof(own)))
		err(1, "socket in %s", name_space);
	return descriptor;
}

static void start(struct crowd *crowd, void *(*work)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, work, crowd))
		errx(1, "no thread");
	pthread_detach(thread);
}

static void set_rate(struct crowd *crowd, uint32_t rate)
{
	static uint64_t since;
	static uint32_t opened;
	double seconds = (double)(crowd_now() - since) / NANOSECONDS;
	uint32_t number = atomic_load(&crowd->next) - opened;

	atomic_store(&crowd->rate, rate);
	printf("rate %u opened %u per_second %.0f\n", rate, number, (double)number / seconds);
	since = crowd_now();
	opened = atomic_load(&crowd->next);
}

static void obey(struct crowd *crowd, const char *line)
{
	uint64_t begin = crowd_now(), number = strtoull(line + strcspn(line, " "), NULL, 10);

	if (strncmp(line, "open ", 5) == 0) {
		if (crowd_open(crowd, (uint32_t)number))
			printf("open %llu seconds %.3f\n", (unsigned long long)number,
			       (double)(crowd_now() - begin) / NANOSECONDS);
		else
			printf("unheard %u\n", atomic_load(&crowd->next) - atomic_load(&crowd->heard_count));
	} else if (strncmp(line, "rate ", 5) == 0) {
		set_rate(crowd, (uint32_t)number);
	} else if (strncmp(line, "check", 5) == 0) {
		crowd_check(crowd, number);
	} else {
		printf("not understood: %s", line);
	}
	fflush(stdout);
}

int main(int count, char **words)
{
	static struct crowd crowd;
	uint16_t port;
	char line[64];

	if (count != 7)
		errx(2, "usage: crowd CLIENT-NAMESPACE SERVER-NAMESPACE FIRST-SOURCE SERVER PORT MOST");
	port = (uint16_t)atoi(words[5]);
	crowd.first = ntohl(inet_addr(words[3]));
	crowd.server = (struct sockaddr_in){
	    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = inet_addr(words[4])};
	crowd.most = (uint32_t)strtoul(words[6], NULL, 10);
	crowd.heard = calloc(crowd.most, sizeof(*crowd.heard));
	crowd.heard_at = calloc(crowd.most, sizeof(*crowd.heard_at));
	crowd.is_heard = calloc(crowd.most, sizeof(*crowd.is_heard));
	crowd.alive = calloc(crowd.most, sizeof(*crowd.alive));
	if (!crowd.heard || !crowd.heard_at || !crowd.is_heard || !crowd.alive)
		errx(1, "no memory for %u flows", crowd.most);
	crowd.client_socket = socket_in(words[1], port);
	crowd.server_socket = socket_in(words[2], port);
	start(&crowd, crowd_hear);
	start(&crowd, crowd_listen);
	start(&crowd, crowd_go_on);
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin))
		obey(&crowd, line);
	return 0;
}

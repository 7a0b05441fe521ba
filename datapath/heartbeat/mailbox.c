/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

static struct {
	pthread_mutex_t mutex;
	struct heartbeat_configuration configuration;
	struct heartbeat_word word;
	struct heartbeat_findings findings;
	bool new_configuration;
	_Atomic uint64_t touched;
	atomic_bool orders, found; /* something new for the heartbeat thread, for the control thread */
	int orders_fd, found_fd;
} box = {.orders_fd = -1, .found_fd = -1};

static int create_mutex(void)
{
	pthread_mutexattr_t attributes;
	int error = pthread_mutexattr_init(&attributes);

	if (!error)
		error = pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	if (!error)
		error = pthread_mutex_init(&box.mutex, &attributes);
	return -error;
}

int mailbox_start(void)
{
	int error = create_mutex();

	if (error)
		return error;
	box.orders_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	box.found_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (box.orders_fd < 0 || box.found_fd < 0)
		return -errno;
	/* Where the limit forbids it, it is in use a hundred times a second all the same. */
	(void)mlock(&box, sizeof(box));
	return 0;
}

void mailbox_stop(void)
{
	explicit_bzero(box.configuration.key, sizeof(box.configuration.key));
	if (box.orders_fd >= 0)
		close(box.orders_fd);
	if (box.found_fd >= 0)
		close(box.found_fd);
	box.orders_fd = box.found_fd = -1;
}

static void ring(int fd, atomic_bool *flag)
{
	uint64_t one = 1;

	atomic_store(flag, true);
	(void)!write(fd, &one, sizeof(one));
}

void mailbox_put_configuration(const struct heartbeat_configuration *configuration)
{
	pthread_mutex_lock(&box.mutex);
	box.configuration = *configuration;
	box.new_configuration = true;
	pthread_mutex_unlock(&box.mutex);
	ring(box.orders_fd, &box.orders);
}

void mailbox_put_word(const struct heartbeat_word *word)
{
	pthread_mutex_lock(&box.mutex);
	box.word = *word;
	pthread_mutex_unlock(&box.mutex);
	ring(box.orders_fd, &box.orders);
}

bool mailbox_take(struct heartbeat_configuration *configuration, struct heartbeat_word *word)
{
	if (!atomic_exchange(&box.orders, false))
		return false;
	pthread_mutex_lock(&box.mutex);
	if (box.new_configuration)
		*configuration = box.configuration;
	box.new_configuration = false;
	*word = box.word;
	pthread_mutex_unlock(&box.mutex);
	return true;
}

void mailbox_put_findings(const struct heartbeat_findings *findings)
{
	pthread_mutex_lock(&box.mutex);
	box.findings = *findings;
	pthread_mutex_unlock(&box.mutex);
	ring(box.found_fd, &box.found);
}

void mailbox_read_findings(struct heartbeat_findings *findings)
{
	pthread_mutex_lock(&box.mutex);
	*findings = box.findings;
	pthread_mutex_unlock(&box.mutex);
}

bool mailbox_take_findings(struct heartbeat_findings *findings)
{
	if (!atomic_exchange(&box.found, false))
		return false;
	mailbox_read_findings(findings);
	return true;
}

void mailbox_touch(uint64_t now)
{
	atomic_store(&box.touched, now);
}

uint64_t mailbox_touched(void)
{
	return atomic_load(&box.touched);
}

int mailbox_orders_fd(void)
{
	return box.orders_fd;
}

int mailbox_found_fd(void)
{
	return box.found_fd;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/login/password_worker.h"
#include "mgmt/mgmtd/engine/background.h"
#include "mgmt/mgmtd/login/password.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct check {
	char password[PASSWORD_MAX + 1];
	char hash[PASSWORD_HASH_MAX];
	bool known; /* there is a hash */
	bool matches;
	bool make; /* hash is to be made */
	int error;
	password_result done; /* both NULL: nobody waits any more; the loop's alone, as user is */
	password_hashed hashed;
	void *user;
};

/* A ring: from first on those that are checked, then those that wait. Slots in between belong to one side only;
 * the numbers are under the lock. */
struct password_worker {
	qb_loop_t *loop;
	int event; /* counts checks that are done */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work;
	bool started, stopping;
	unsigned first, checked, added; /* ever: told, checked, added */
	struct check check[PASSWORD_CHECKS_MAX];
};

static struct check *slot(struct password_worker *worker, unsigned number)
{
	return &worker->check[number % PASSWORD_CHECKS_MAX];
}

static void *run(void *user)
{
	struct password_worker *worker = user;

	pthread_mutex_lock(&worker->lock);
	for (;;) {
		struct check *check;

		while (worker->checked == worker->added && !worker->stopping)
			pthread_cond_wait(&worker->work, &worker->lock);
		if (worker->stopping)
			break;
		check = slot(worker, worker->checked);
		pthread_mutex_unlock(&worker->lock);
		if (check->make)
			check->error = password_hash(check->password, check->hash);
		else
			check->matches = password_matches(check->password, check->known ? check->hash : NULL);
		OPENSSL_cleanse(check->password, sizeof(check->password));
		pthread_mutex_lock(&worker->lock);
		worker->checked++;
		eventfd_write(worker->event, 1);
	}
	pthread_mutex_unlock(&worker->lock);
	return NULL;
}

static int32_t on_checked(int32_t fd, int32_t revents, void *user)
{
	struct password_worker *worker = user;
	eventfd_t count;
	unsigned checked;

	(void)revents;
	if (eventfd_read(fd, &count))
		return 0;
	pthread_mutex_lock(&worker->lock);
	checked = worker->checked;
	pthread_mutex_unlock(&worker->lock);
	while (worker->first != checked) {
		struct check *check = slot(worker, worker->first);
		struct check told = *check;

		OPENSSL_cleanse(check->hash, sizeof(check->hash));
		worker->first++;
		if (told.done)
			told.done(told.user, told.matches);
		else if (told.hashed)
			told.hashed(told.user, told.error, told.error ? NULL : told.hash);
		OPENSSL_cleanse(&told, sizeof(told));
	}
	return 0;
}

int password_worker_create(qb_loop_t *loop, struct password_worker **out)
{
	struct password_worker *worker = calloc(1, sizeof(*worker));
	int error;

	if (!worker)
		return -ENOMEM;
	worker->loop = loop;
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->work, NULL);
	worker->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	error = worker->event < 0 ? -errno : thread_start(&worker->thread, false, run, worker);
	worker->started = !error;
	if (!error)
		error = qb_loop_poll_add(loop, QB_LOOP_MED, worker->event, POLLIN, worker, on_checked);
	if (error) {
		password_worker_destroy(worker);
		return error;
	}
	*out = worker;
	return 0;
}

void password_worker_destroy(struct password_worker *worker)
{
	if (!worker)
		return;
	if (worker->started) {
		pthread_mutex_lock(&worker->lock);
		worker->stopping = true;
		pthread_cond_signal(&worker->work);
		pthread_mutex_unlock(&worker->lock);
		pthread_join(worker->thread, NULL);
	}
	if (worker->event >= 0) {
		qb_loop_poll_del(worker->loop, worker->event);
		close(worker->event);
	}
	pthread_cond_destroy(&worker->work);
	pthread_mutex_destroy(&worker->lock);
	OPENSSL_cleanse(worker, sizeof(*worker));
	free(worker);
}

/* The slot is the loop's until then. */
static void hand_over(struct password_worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->added++;
	pthread_cond_signal(&worker->work);
	pthread_mutex_unlock(&worker->lock);
}

int password_worker_hash(struct password_worker *worker, const char *password, password_hashed done,
                         void *user)
{
	struct check *check = slot(worker, worker->added);

	if (worker->added - worker->first == PASSWORD_CHECKS_MAX)
		return -EAGAIN;
	if (strlen(password) > PASSWORD_MAX)
		return -E2BIG;
	*check = (struct check){.make = true, .hashed = done, .user = user};
	strcpy(check->password, password);
	hand_over(worker);
	return 0;
}

int password_worker_check(struct password_worker *worker, const char *password, const char *hash,
                          password_result done, void *user)
{
	struct check *check = slot(worker, worker->added);

	if (worker->added - worker->first == PASSWORD_CHECKS_MAX)
		return -EAGAIN;
	if (strlen(password) > PASSWORD_MAX || (hash && strlen(hash) >= PASSWORD_HASH_MAX))
		return -E2BIG;
	*check = (struct check){.known = hash != NULL, .done = done, .user = user};
	strcpy(check->password, password);
	strcpy(check->hash, hash ? hash : "");
	hand_over(worker);
	return 0;
}

void password_worker_forget(struct password_worker *worker, const void *user)
{
	for (unsigned number = worker->first; number != worker->added; number++)
		if (slot(worker, number)->user == user) {
			slot(worker, number)->done = NULL;
			slot(worker, number)->hashed = NULL;
		}
}

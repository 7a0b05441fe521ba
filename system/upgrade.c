/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * hadrian-upgrade: checks the package that its standard input stands at and installs it as a release on trial. A process without any
 * privilege reads the package and writes what is in it; this one, root's, only looks at the result and gives it its name.
 * On standard output: "validating N", "extracting N" (per cent), then "installed VERSION" or "refused REASON".
 */

#include "lib/paths.h"
#include "system/extract.h"
#include "system/release_store.h"
#include "system/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define INCOMING     PATH_RELEASES "/" RELEASE_INCOMING
#define USER         65519 /* of systemd's range of users without a name; nobody else's */
#define CPU_SECONDS  600
#define OPEN_FOLDERS 16

static void tell_validating(unsigned percent)
{
	static unsigned last = 101;

	if (percent != last)
		printf("validating %u\n", last = percent);
	fflush(stdout);
}

static void tell_extracting(unsigned percent)
{
	static unsigned last = 101;

	if (percent != last)
		printf("extracting %u\n", last = percent);
	fflush(stdout);
}

static int refuse(const char *reason)
{
	printf("refused %s\n", reason);
	fflush(stdout);
	return EXIT_FAILURE;
}

static int refuse_error(const char *what, int error)
{
	char reason[256];

	snprintf(reason, sizeof(reason), "%s: %s", what, strerror(-error));
	return refuse(reason);
}

static int limit(__rlimit_resource_t resource, rlim_t most)
{
	struct rlimit value = {most, most};

	return setrlimit(resource, &value) ? -errno : 0;
}

/* The working folder stays INCOMING, whose parents this user may not enter. */
static int drop_privileges(void)
{
	if (chdir(INCOMING) || setgroups(0, NULL) || setresgid(USER, USER, USER) ||
	    setresuid(USER, USER, USER) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	if (limit(RLIMIT_CORE, 0) || limit(RLIMIT_NPROC, 0) || limit(RLIMIT_NOFILE, 64) ||
	    limit(RLIMIT_FSIZE, EXTRACT_BYTES) || limit(RLIMIT_CPU, CPU_SECONDS))
		return -errno;
	return 0;
}

/* The unprivileged process. Writes the package's version to result where all went well. */
static _Noreturn void unpack(X509_STORE *trust, const char *running, int result)
{
	struct package package;
	char reason[256] = "";
	int error = drop_privileges();

	if (!error)
		error = verify_package(STDIN_FILENO, trust, &package, tell_validating, reason);
	if (!error && !strcmp(package.version, running)) {
		snprintf(reason, sizeof(reason), "release %s runs already", running);
		error = -EEXIST;
	}
	if (!error)
		error = extract_archive(STDIN_FILENO, package.payload, tell_extracting, reason);
	if (!error && write(result, package.version, sizeof(package.version)) != sizeof(package.version))
		error = -EIO;
	if (error)
		refuse(*reason ? reason : strerror(-error));
	_exit(error ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* Runs it. Returns 0 with the version, or -EBADMSG where it has said why not. */
static int run_unpack(X509_STORE *trust, const char *running, char version[RELEASE_VERSION_MAX])
{
	int result[2], status = -1;
	ssize_t got;
	pid_t pid;

	if (pipe2(result, O_CLOEXEC))
		return -errno;
	fflush(stdout);
	pid = fork();
	if (!pid)
		unpack(trust, running, result[1]);
	close(result[1]);
	got = read(result[0], version, RELEASE_VERSION_MAX);
	close(result[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE)
		return -EBADMSG;
	version[RELEASE_VERSION_MAX - 1] = 0;
	return status || got != RELEASE_VERSION_MAX || !release_version_is_valid(version) ? -EIO : 0;
}

/* Root's from here on: nobody may have left a link or a device, and nobody writes to it any more. */
static int take_over(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	mode_t mode = kind == FTW_D || status->st_mode & 0111 ? 0755 : 0644;

	(void)where;
	if (kind != FTW_D && (kind != FTW_F || !S_ISREG(status->st_mode) || status->st_nlink != 1))
		return -EBADMSG;
	return lchown(path, 0, 0) || chmod(path, mode) ? -errno : 0;
}

/* The package stays beside the release: a system backup holds it, signature and all (C02-102). */
static int keep_package(const char *version, off_t offset)
{
	char path[RELEASE_PATH_MAX];
	struct stat status = {0};
	int fd, error = 0;

	snprintf(path, sizeof(path), PATH_RELEASES "/%s.upg", version);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || fstat(STDIN_FILENO, &status))
		error = -errno;
	while (!error && offset < status.st_size)
		if (sendfile(fd, STDIN_FILENO, &offset, (size_t)(status.st_size - offset)) <= 0)
			error = errno ? -errno : -EIO;
	if (fd >= 0 && close(fd) && !error)
		error = -errno;
	return error;
}

static int install(const char *version, off_t begin)
{
	char inside[RELEASE_VERSION_MAX];
	int fd, error = nftw(INCOMING, take_over, OPEN_FOLDERS, FTW_PHYS);

	if (error)
		return refuse_error("what was in the package cannot be taken over",
		                    error == -1 ? -errno : error);
	if (!release_is_complete(INCOMING))
		return refuse("a daemon is missing in it");
	if (release_version_of(INCOMING, inside) || strcmp(inside, version) != 0)
		return refuse("its head names another version than the release in it");
	error = keep_package(version, begin);
	fd = open(PATH_RELEASES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!error && (fd < 0 || syncfs(fd)))
		error = -errno;
	if (fd >= 0)
		close(fd);
	if (!error)
		error = release_adopt(PATH_RELEASES, version);
	if (!error)
		error = release_try(PATH_RELEASES, version, 0);
	if (error)
		return refuse_error("it cannot be installed", error);
	printf("installed %s\n", version);
	return EXIT_SUCCESS;
}

/* An empty folder for the unprivileged process. Returns 0 or -errno. */
static int prepare(void)
{
	int error = release_remove_tree(INCOMING);

	if (!error)
		error = release_clean(PATH_RELEASES, NULL);
	if (!error && (mkdir(INCOMING, 0700) || chown(INCOMING, USER, USER)))
		error = -errno;
	return error;
}

static int upgrade(X509_STORE *trust)
{
	char running[RELEASE_VERSION_MAX] = "", version[RELEASE_VERSION_MAX] = "";
	struct release_state state;
	off_t begin = lseek(STDIN_FILENO, 0, SEEK_CUR);
	int result = EXIT_FAILURE, error;

	if (begin < 0)
		return refuse_error("the package cannot be read", -errno);
	release_load(PATH_RELEASES, &state);
	if (state.trying[0])
		return refuse("another release is on trial just now");
	error = prepare();
	if (error)
		return refuse_error(PATH_RELEASES, error);
	release_version_of(PATH_RELEASE, running);
	error = run_unpack(trust, running, version);
	if (!error)
		result = install(version, begin);
	else if (error != -EBADMSG)
		refuse_error("the package could not be read", error);
	if (result != EXIT_SUCCESS) {
		release_remove_tree(INCOMING);
		release_clean(PATH_RELEASES, NULL);
	}
	return result;
}

int main(void)
{
	char reason[256] = "";
	X509_STORE *trust = NULL;
	int lock, result;

	umask(022);
	signal(SIGPIPE, SIG_IGN);
	lock = open(PATH_RELEASES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0)
		return refuse_error(PATH_RELEASES, -errno);
	if (flock(lock, LOCK_EX | LOCK_NB))
		result = refuse("another upgrade is under way");
	else if (verify_load_trust(PATH_UPGRADE_TRUST, &trust, reason))
		result = refuse(reason);
	else
		result = upgrade(trust);
	X509_STORE_free(trust);
	close(lock);
	return result;
}

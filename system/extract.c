/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "system/extract.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE     (64 << 10)
#define PATH_MOST 255

struct extraction {
	struct archive *archive;
	uint64_t length, bytes;
	unsigned files;
	extract_progress progress;
	char *reason;
};

static int refuse(struct extraction *extraction, const char *why, const char *name)
{
	snprintf(extraction->reason, 256, "%s: %.120s", why, name);
	return -EBADMSG;
}

/* Relative, every part a name, none of them "..". */
static bool is_inside(const char *path)
{
	if (!*path || *path == '/' || strlen(path) > PATH_MOST)
		return false;
	for (const char *part = path; part; part = strchr(part, '/'), part = part ? part + 1 : NULL)
		if (!strncmp(part, "../", 3) || !strcmp(part, ".."))
			return false;
	return true;
}

static int make_parents(const char *path)
{
	char parent[PATH_MOST + 1];

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
		if (mkdir(parent, 0755) && errno != EEXIST)
			return -errno;
	}
	return 0;
}

static void tell_progress(struct extraction *extraction)
{
	int64_t read = archive_filter_bytes(extraction->archive, -1);
	uint64_t percent = read > 0 ? (uint64_t)read * 100 / extraction->length : 0;

	extraction->progress(percent > 100 ? 100 : (unsigned)percent);
}

static int copy_data(struct extraction *extraction, int fd, const char *name)
{
	static char piece[PIECE];
	la_ssize_t got;

	while ((got = archive_read_data(extraction->archive, piece, sizeof(piece))) > 0) {
		extraction->bytes += (uint64_t)got;
		if (extraction->bytes > EXTRACT_BYTES)
			return refuse(extraction, "the archive holds too much", name);
		if (write(fd, piece, (size_t)got) != got)
			return errno ? -errno : -ENOSPC;
		tell_progress(extraction);
	}
	return got < 0 ? refuse(extraction, "the archive is damaged", name) : 0;
}

static int write_one(struct extraction *extraction, struct archive_entry *entry, const char *name)
{
	/* Exclusive: a name that comes twice is no release of ours, and no link is followed. */
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644), error;

	if (fd < 0)
		return errno == EEXIST ? refuse(extraction, "a file comes twice", name) : -errno;
	error = copy_data(extraction, fd, name);
	if (!error && fchmod(fd, archive_entry_perm(entry) & 0111 ? 0755 : 0644))
		error = -errno;
	return close(fd) && !error ? -errno : error;
}

static int extract_one(struct extraction *extraction, struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	int error;

	if (!name || !is_inside(name))
		return refuse(extraction, "a file lies outside of the release", name ? name : "");
	if (++extraction->files > EXTRACT_FILES)
		return refuse(extraction, "the archive holds too many files", name);
	error = make_parents(name);
	if (error)
		return error;
	if (archive_entry_filetype(entry) == AE_IFDIR)
		return mkdir(name, 0755) && errno != EEXIST ? -errno : 0;
	if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
		return refuse(extraction, "neither a file nor a folder", name);
	return write_one(extraction, entry, name);
}

int extract_archive(int fd, uint64_t length, extract_progress progress, char reason[256])
{
	struct extraction extraction = {
	    .archive = archive_read_new(), .length = length, .progress = progress, .reason = reason};
	struct archive_entry *entry;
	int result, error = 0;

	if (!extraction.archive)
		return -ENOMEM;
	archive_read_support_filter_gzip(extraction.archive);
	archive_read_support_format_tar(extraction.archive);
	result = archive_read_open_fd(extraction.archive, fd, PIECE);
	while (!error && result == ARCHIVE_OK) {
		result = archive_read_next_header(extraction.archive, &entry);
		if (result == ARCHIVE_OK)
			error = extract_one(&extraction, entry);
	}
	if (!error && result != ARCHIVE_EOF)
		error = refuse(&extraction, "the archive is damaged", "");
	archive_read_free(extraction.archive);
	if (error && !*reason)
		snprintf(reason, 256, "it cannot be unpacked: %s", strerror(-error));
	return error;
}

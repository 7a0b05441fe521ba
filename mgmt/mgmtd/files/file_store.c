/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/files/file_store.h"
#include "lib/paths.h"
#include "mgmt/mgmtd/script/script_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const struct {
	const char *directory;
	uint64_t bytes, file_bytes; /* 0: nothing is written there */
} folders[FILE_FOLDERS] = {
    [FILE_ROOT] = {PATH_FILES, FILE_ROOT_BYTES, FILE_ROOT_FILE_BYTES},
    [FILE_SCRIPTS] = {PATH_SCRIPTS, FILE_SCRIPTS_BYTES, SCRIPT_LENGTH_MAX},
    [FILE_CRASHDUMPS] = {PATH_CRASHDUMPS, 0, 0},
};

static __attribute__((format(printf, 4, 5))) int fail(const struct file_path *path, int error,
                                                      char reason[MESSAGE_TEXT], const char *format, ...)
{
	char name[FILE_PATH_MAX], why[MESSAGE_TEXT];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	snprintf(reason, MESSAGE_TEXT, "%.150s: %.100s", file_path_print(path, name), why);
	return error;
}

static int fail_with(const struct file_path *path, int error, char reason[MESSAGE_TEXT])
{
	return fail(path, error, reason, "%s", error == -ENOENT ? "there is no such file" : strerror(-error));
}

/* Made where it is missing. Returns a descriptor or -errno. */
static int open_folder(const struct file_store *store, enum file_folder folder)
{
	const char *path = store->directory[folder] ? store->directory[folder] : folders[folder].directory;
	int directory;

	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return directory < 0 ? -errno : directory;
}

static bool is_file(int directory, const char *name, struct stat *status)
{
	return file_name_is_valid(name) && !fstatat(directory, name, status, AT_SYMLINK_NOFOLLOW) &&
	       S_ISREG(status->st_mode);
}

static int compare(const void *a, const void *b)
{
	const struct message_file_entry *first = a, *second = b;

	return strcmp(first->path, second->path);
}

static void add_entry(const struct file_path *path, const struct stat *status,
                      struct message_file_entry *entry)
{
	*entry = (struct message_file_entry){.folder = S_ISDIR(status->st_mode)};
	if (!entry->folder) {
		entry->size = (uint64_t)status->st_size;
		entry->modified = status->st_mtime > 0 ? (uint64_t)status->st_mtime : 0;
	}
	file_path_print(path, entry->path);
}

static size_t list_files(int directory, const struct file_path *path, struct message_file_entry *entries)
{
	struct file_path found = {.folder = path->folder};
	struct dirent *entry;
	struct stat status;
	size_t count = 0;
	DIR *stream = fdopendir(dup(directory));

	while (stream && count < FILE_ENTRIES_MAX && (entry = readdir(stream))) {
		if ((*path->name && !file_name_matches(path->name, entry->d_name)) ||
		    !is_file(directory, entry->d_name, &status))
			continue;
		strcpy(found.name, entry->d_name);
		add_entry(&found, &status, &entries[count++]);
	}
	if (stream)
		closedir(stream);
	return count;
}

/* The root's folders have no names of their own in it. */
static size_t list_folders(const struct file_path *path, struct message_file_entry *entries, size_t count)
{
	const struct stat status = {.st_mode = S_IFDIR};

	for (enum file_folder folder = FILE_SCRIPTS; folder < FILE_FOLDERS && count < FILE_ENTRIES_MAX;
	     folder++)
		if (!*path->name || file_name_matches(path->name, file_folder_name(folder)))
			add_entry(&(struct file_path){.folder = folder}, &status, &entries[count++]);
	return count;
}

int file_store_list(const struct file_store *store, const struct file_path *path,
                    struct message_file_entry entries[FILE_ENTRIES_MAX], size_t *count,
                    char reason[MESSAGE_TEXT])
{
	int directory = open_folder(store, path->folder);

	*count = 0;
	if (directory < 0)
		return fail_with(path, directory, reason);
	*count = list_files(directory, path, entries);
	close(directory);
	if (path->folder == FILE_ROOT)
		*count = list_folders(path, entries, *count);
	if (!*count && *path->name)
		return fail_with(path, -ENOENT, reason);
	qsort(entries, *count, sizeof(*entries), compare);
	return 0;
}

/* One file is meant, and not a folder or several. */
static int check_one(const struct file_path *path, char reason[MESSAGE_TEXT])
{
	if (!*path->name)
		return fail(path, -EISDIR, reason, "this is a folder");
	if (path->pattern)
		return fail(path, -EINVAL, reason, "a name without wildcards is needed");
	return 0;
}

int file_store_open(const struct file_store *store, const struct file_path *path, char reason[MESSAGE_TEXT])
{
	int error = check_one(path, reason), directory, file;
	struct stat status;

	if (error)
		return error;
	directory = open_folder(store, path->folder);
	if (directory < 0)
		return fail_with(path, directory, reason);
	file = openat(directory, path->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	error = file < 0 ? -errno : 0;
	close(directory);
	if (!error && (fstat(file, &status) || !S_ISREG(status.st_mode)))
		error = -ENOENT;
	if (!error)
		return file;
	if (file >= 0)
		close(file);
	return fail_with(path, error, reason);
}

/* Whether a file of that size may come into the folder, beside what is there and on its way. */
static int check_room(const struct file_store *store, const struct file_path *path, uint64_t size,
                      int directory, char reason[MESSAGE_TEXT])
{
	uint64_t bytes = store->reserved[path->folder].bytes, free_bytes;
	unsigned count = store->reserved[path->folder].count;
	struct dirent *entry;
	struct statvfs room;
	struct stat status;
	DIR *stream = fdopendir(dup(directory));

	while (stream && (entry = readdir(stream))) {
		if (!strcmp(entry->d_name, path->name) || !is_file(directory, entry->d_name, &status))
			continue;
		bytes += (uint64_t)status.st_size;
		count++;
	}
	if (stream)
		closedir(stream);
	if (count >= FILE_ROOT_COUNT)
		return fail(path, -EDQUOT, reason, "there are %d files already; remove some",
		            FILE_ROOT_COUNT);
	if (bytes + size > folders[path->folder].bytes)
		return fail(
		    path, -EDQUOT, reason, "files have %llu MB in all, and %llu are in use; remove some",
		    (unsigned long long)folders[path->folder].bytes >> 20, (unsigned long long)bytes >> 20);
	if (fstatvfs(directory, &room))
		return fail_with(path, -errno, reason);
	free_bytes = (uint64_t)room.f_bavail * room.f_bsize;
	if (free_bytes < size + store->reserved[path->folder].bytes + FILE_MEMORY_RESERVE)
		return fail(path, -ENOSPC, reason, "the memory for files is full; remove some");
	return 0;
}

static int check_new(const struct file_path *path, uint64_t size, char reason[MESSAGE_TEXT])
{
	int error = check_one(path, reason);

	if (error)
		return error;
	if (!folders[path->folder].bytes)
		return fail(path, -EPERM, reason, "files of this folder can be downloaded and removed only");
	if (path->folder == FILE_SCRIPTS && !script_name_is_valid(path->name))
		return fail(path, -EINVAL, reason,
		            "a script's name is letters, digits, '_', '-', '.', at most 63");
	if (size > folders[path->folder].file_bytes)
		return fail(path, -EFBIG, reason, "a file there can have %llu MB at most",
		            (unsigned long long)folders[path->folder].file_bytes >> 20);
	return 0;
}

int file_store_create(const struct file_store *store, const struct file_path *path, uint64_t size,
                      char reason[MESSAGE_TEXT])
{
	int error = check_new(path, size, reason), directory, file;

	if (error)
		return error;
	directory = open_folder(store, path->folder);
	if (directory < 0)
		return fail_with(path, directory, reason);
	error = check_room(store, path, size, directory, reason);
	if (error) {
		close(directory);
		return error;
	}
	file = openat(directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	error = file < 0 ? -errno : 0;
	close(directory);
	if (!error && ftruncate(file, (off_t)size)) {
		error = -errno;
		close(file);
	}
	return error ? fail_with(path, error, reason) : file;
}

int file_store_keep(const struct file_store *store, const struct file_path *path, int file,
                    char reason[MESSAGE_TEXT])
{
	int directory = open_folder(store, path->folder), error = 0;

	if (directory < 0)
		return fail_with(path, directory, reason);
	/* A link cannot replace a file, a rename can. No file's name begins with '.'. */
	unlinkat(directory, ".new", 0);
	if (linkat(file, "", directory, ".new", AT_EMPTY_PATH) ||
	    renameat(directory, ".new", directory, path->name)) {
		error = -errno;
		unlinkat(directory, ".new", 0);
	}
	close(directory);
	return error ? fail_with(path, error, reason) : 0;
}

int file_store_write(const struct file_store *store, const struct file_path *path, const void *bytes,
                     size_t length, char reason[MESSAGE_TEXT])
{
	int file = file_store_create(store, path, length, reason), error = 0;
	size_t done = 0;

	if (file < 0)
		return file;
	while (done < length && !error) {
		ssize_t written = pwrite(file, (const char *)bytes + done, length - done, (off_t)done);

		if (written > 0)
			done += (size_t)written;
		else if (errno != EINTR)
			error = -errno;
	}
	error = error ? fail_with(path, error, reason) : file_store_keep(store, path, file, reason);
	close(file);
	return error;
}

int file_store_read(const struct file_store *store, const struct file_path *path, size_t max, char **bytes,
                    size_t *length, char reason[MESSAGE_TEXT])
{
	int file = file_store_open(store, path, reason);
	struct stat status;
	ssize_t got = 1;

	*bytes = NULL;
	*length = 0;
	if (file < 0)
		return file;
	if (!fstat(file, &status) && (uint64_t)status.st_size <= max)
		*bytes = malloc((size_t)status.st_size + 1);
	while (*bytes && got > 0 && *length < (size_t)status.st_size) {
		got = read(file, *bytes + *length, (size_t)status.st_size - *length);
		*length += got > 0 ? (size_t)got : 0;
	}
	close(file);
	if (!*bytes)
		return fail(path, -EFBIG, reason, "it is too long for what it should be");
	(*bytes)[*length] = 0;
	return 0;
}

int file_store_space(const struct file_store *store, enum file_folder folder, uint64_t *bytes,
                     char reason[MESSAGE_TEXT])
{
	const struct file_path path = {.folder = folder};
	int directory = open_folder(store, folder), error = 0;
	uint64_t used = store->reserved[folder].bytes;
	struct dirent *entry;
	struct statvfs room;
	struct stat status;
	DIR *stream = directory < 0 ? NULL : fdopendir(dup(directory));

	while (stream && (entry = readdir(stream)))
		used += is_file(directory, entry->d_name, &status) ? (uint64_t)status.st_size : 0;
	if (stream)
		closedir(stream);
	if (directory < 0 || fstatvfs(directory, &room))
		error = directory < 0 ? directory : -errno;
	if (directory >= 0)
		close(directory);
	if (error)
		return fail_with(&path, error, reason);
	*bytes = (uint64_t)room.f_bavail * room.f_bsize;
	if (folders[folder].bytes && folders[folder].bytes - used < *bytes)
		*bytes = folders[folder].bytes > used ? folders[folder].bytes - used : 0;
	return 0;
}

int file_store_remove(const struct file_store *store, const struct file_path *path, char reason[MESSAGE_TEXT])
{
	int error = check_one(path, reason), directory;
	struct stat status;

	if (error)
		return error;
	directory = open_folder(store, path->folder);
	if (directory < 0)
		return fail_with(path, directory, reason);
	if (!is_file(directory, path->name, &status))
		error = -ENOENT;
	else if (unlinkat(directory, path->name, 0))
		error = -errno;
	close(directory);
	return error ? fail_with(path, error, reason) : 0;
}

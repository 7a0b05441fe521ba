/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/files/files.h"
#include "lib/log.h"
#include "lib/messages/file.h"
#include "lib/messages/type.h"
#include "mgmt/mgmtd/backup/profile_import.h"
#include "mgmt/mgmtd/files/file_store.h"
#include "mgmt/mgmtd/session/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of FILE_WRITE, until FILE_KEEP. */
struct file_upload {
	struct file_path path;
	uint64_t size;
	int file;
};

struct answer {
	struct message_file_reply reply;
	struct message_file_entry entries[FILE_ENTRIES_MAX];
};

_Static_assert(sizeof(struct answer) <= IPC_BODY_MAX, "a folder's list is one message");

void files_forget(struct session *session)
{
	struct file_upload *upload = session->upload;
	struct file_store *store = &session->engine->files;

	if (!upload)
		return;
	store->reserved[upload->path.folder].bytes -= upload->size;
	store->reserved[upload->path.folder].count--;
	close(upload->file);
	free(upload);
	session->upload = NULL;
}

/* Returns a descriptor that stays the upload's, or -errno with the reason. */
static int begin_upload(struct session *session, const struct file_path *path, uint64_t size,
                        char reason[MESSAGE_TEXT])
{
	struct file_store *store = &session->engine->files;
	struct file_upload *upload;
	int file;

	files_forget(session);
	file = file_store_create(store, path, size, reason);
	if (file < 0)
		return file;
	upload = malloc(sizeof(*upload));
	if (!upload) {
		close(file);
		return -ENOMEM;
	}
	*upload = (struct file_upload){*path, size, file};
	store->reserved[path->folder].bytes += size;
	store->reserved[path->folder].count++;
	session->upload = upload;
	return file;
}

static bool is_profile(const struct file_path *path)
{
	size_t length = strlen(path->name);

	return path->folder == FILE_ROOT && length > 4 && !strcasecmp(path->name + length - 4, ".atv");
}

/*
 * A profile of an older device goes to the profiles (MA-030). One that can be read and not be taken as it is stays as a file, for
 * `profile -import` with its options. Returns whether it is to be kept as a file; *error is what the client is told.
 */
static bool keep_profile(struct session *session, const struct file_upload *upload, char reason[MESSAGE_TEXT],
                         int *error)
{
	char why[MESSAGE_TEXT] = "";
	void *bytes = upload->size ? mmap(NULL, (size_t)upload->size, PROT_READ, MAP_SHARED, upload->file, 0)
	                           : MAP_FAILED;

	if (bytes == MAP_FAILED) {
		*error = upload->size ? -errno : -EBADMSG;
		return false;
	}
	*error = profile_upload(session, upload->path.name, bytes, (size_t)upload->size, why);
	munmap(bytes, (size_t)upload->size);
	if (*error == -EBADMSG)
		snprintf(reason, MESSAGE_TEXT, "not taken: %.200s", why);
	else if (*error)
		snprintf(reason, MESSAGE_TEXT,
		         "kept as a file, not as a profile; 'profile -import' tells all: %.150s", why);
	return *error && *error != -EBADMSG;
}

static int keep_upload(struct session *session, const struct file_path *path, char reason[MESSAGE_TEXT])
{
	struct file_upload *upload = session->upload;
	char name[FILE_PATH_MAX];
	int error, refused = 0;

	if (!upload || upload->path.folder != path->folder || strcmp(upload->path.name, path->name) != 0) {
		snprintf(reason, MESSAGE_TEXT, "nothing was uploaded under this name");
		return -EINVAL;
	}
	if (is_profile(path) && !keep_profile(session, upload, reason, &refused)) {
		files_forget(session);
		return refused;
	}
	error = file_store_keep(&session->engine->files, path, upload->file, reason);
	if (!error)
		qb_log(LOG_NOTICE, "user %s uploaded %s (%llu bytes)", session->user,
		       file_path_print(path, name), (unsigned long long)upload->size);
	files_forget(session);
	return error ? error : refused;
}

static int begin_download(struct session *session, const struct file_path *path, char reason[MESSAGE_TEXT])
{
	int file = file_store_open(&session->engine->files, path, reason);
	char name[FILE_PATH_MAX];

	if (file >= 0)
		qb_log(LOG_NOTICE, "user %s downloads %s", session->user, file_path_print(path, name));
	return file;
}

static void list(struct session *session, const struct file_path *path, struct answer *answer)
{
	size_t count;

	answer->reply.error =
	    file_store_list(&session->engine->files, path, answer->entries, &count, answer->reply.text);
	answer->reply.count = (uint32_t)count;
}

static int check(const struct session *session, const struct message_file *request, struct file_path *path,
                 char reason[MESSAGE_TEXT])
{
	if (!session->may_write) {
		snprintf(reason, MESSAGE_TEXT, "user %s may look, but transfer no files (group Auditors)",
		         session->user);
		return -EPERM;
	}
	if (!memchr(request->path, 0, sizeof(request->path))) {
		snprintf(reason, MESSAGE_TEXT, "the path is too long");
		return -EINVAL;
	}
	return file_path_parse(request->path, path, reason);
}

void files_message(struct session *session, const struct ipc_message *message)
{
	static struct answer answer;
	struct message_file_reply *reply = &answer.reply;
	const struct message_file *request = message->body;
	struct file_path path;
	int file = -1;

	if (message->length != sizeof(*request))
		return;
	memset(reply, 0, sizeof(*reply));
	reply->error = check(session, request, &path, reply->text);
	if (reply->error) {
		files_forget(session);
	} else if (request->operation == FILE_LIST) {
		list(session, &path, &answer);
	} else if (request->operation == FILE_READ || request->operation == FILE_WRITE) {
		file = request->operation == FILE_READ
		           ? begin_download(session, &path, reply->text)
		           : begin_upload(session, &path, request->size, reply->text);
		reply->error = file < 0 ? file : 0;
	} else {
		reply->error =
		    request->operation == FILE_KEEP ? keep_upload(session, &path, reply->text) : -EOPNOTSUPP;
	}
	if (reply->error && !*reply->text)
		snprintf(reply->text, sizeof(reply->text), "%s", strerror(-reply->error));
	ipc_send(session->connection, MESSAGE_FILE_REPLY, &answer,
	         sizeof(*reply) + reply->count * sizeof(*answer.entries), file);
	if (file >= 0 && request->operation == FILE_READ)
		close(file);
}

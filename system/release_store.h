/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SYSTEM_RELEASE_STORE_H
#define SYSTEM_RELEASE_STORE_H

/*
 * The releases on the disk. In the folder of releases (PATH_RELEASES, for tests any):
 *
 *   <version>/       one release: what `meson install` puts below its prefix
 *   <version>.upg    the signed package that it came from
 *   current          symbolic link to the release that runs; none: the base
 *   trying           "<version> <starts>": a release on trial
 *   incoming/        what is being unpacked just now; worth nothing after a restart
 *
 * Every change is durable when its function returns, and at each moment the disk holds the state before or the state
 * after it. Functions return 0 or -errno. One process at a time changes releases.
 */

#include "system/release.h"

#include <stddef.h>

#define RELEASE_INCOMING "incoming"
#define RELEASE_PATH_MAX 512

/* Reads the state; what cannot be read counts as not there. */
void release_load(const char *folder, struct release_state *out);
/* A release that begins its trial, or its next start of it. */
int release_try(const char *folder, const char *version, unsigned starts);
/* The release on trial came up: from now on it is the one that runs. */
int release_confirm(const char *folder, const char *version);
/* The mark of a trial goes; the release before it runs on. */
int release_end_trial(const char *folder);
/* Back to the base, for ever: no release and no trial is left. */
int release_forget_all(const char *folder);
/* What is in incoming/ becomes the release of that version; an old folder of the version goes first. */
int release_adopt(const char *folder, const char *version);
/* Removes the folders and packages of all releases but the one that runs and the one given (NULL: none). */
int release_clean(const char *folder, const char *keep);
/* A folder has the daemons of a release. */
bool release_is_complete(const char *path);
/* Reads share/hadrian/version of a release or of the base. */
int release_version_of(const char *path, char version[RELEASE_VERSION_MAX]);
/* Removes a folder and all in it, or a file; nothing there is fine. */
int release_remove_tree(const char *path);

#endif

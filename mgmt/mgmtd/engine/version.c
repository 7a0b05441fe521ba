/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/engine/version.h"

#include <stdlib.h>

const char *version_running(void)
{
	const char *version = getenv("HADRIAN_RELEASE");

	return version ? version : HADRIAN_VERSION;
}

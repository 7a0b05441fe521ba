/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SYSTEM_FACTORY_H
#define SYSTEM_FACTORY_H

/*
 * Return to how the appliance was delivered (C02-107 .. C02-109): asked for with PATH_FACTORY_RESET, with the word
 * hadrian.factory-defaults on the kernel's command line, or with a file of that name on the boot medium. Done by
 * hadrian-supervisor while no daemon runs.
 */

#include <stdbool.h>

/*
 * Asks for a reset at the next start, durably; with_system: of the software too. Returns 0 or -errno. Any process of
 * root's, any thread.
 */
int factory_ask(bool with_system);
/*
 * Does what was asked for, once: a reset that was interrupted is done again. wanted: asked for on the supervisor's own
 * command line. Returns 0 (also where nothing was asked for) or -errno.
 */
int factory_reset_if_asked(bool wanted);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/mirror/mirror.h"

#define ADDRESS(id, number, title, class) &class,

const struct mirror_class *const mirror_classes[] = {RECORD_CLASSES(ADDRESS) NULL};

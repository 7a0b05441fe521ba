/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/arp.h"
#include "datapath/mirror/mirror.h"
#include "datapath/slaac/slaac.h"

const struct mirror_class *const mirror_classes[] = {&neighbour_mirror_class, &slaac_mirror_class,
                                                     &flow_mirror_class, NULL};

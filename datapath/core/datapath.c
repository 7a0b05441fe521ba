/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/core/datapath.h"

struct datapath datapath;

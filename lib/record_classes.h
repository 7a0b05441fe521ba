/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_RECORD_CLASSES_H
#define LIB_RECORD_CLASSES_H

/*
 * Every class of mirrored state, in the order in which their snapshots begin: its enum record_class; its number, which is
 * for ever, 1..63, and of a class that is gone is never used again; what `ha -status -module` calls it, at most 23
 * characters; and its struct mirror_class (datapath/core/datapath.h). This line and that structure make a class.
 */
#define RECORD_CLASSES(CLASS)                                                                                \
	CLASS(RECORD_NEIGHBOUR, 2, "ARP entries", neighbour_mirror_class)                                    \
	CLASS(RECORD_AUTOCONFIGURATION, 3, "Autoconfiguration", slaac_mirror_class)                          \
	CLASS(RECORD_DHCP_CLIENT, 5, "DHCP leases", dhcp_client_mirror_class)                                \
	CLASS(RECORD_BLACKLIST, 4, "Blacklist", blacklist_mirror_class)                                      \
	CLASS(RECORD_FLOW, 1, "Flows", flow_mirror_class)

#endif

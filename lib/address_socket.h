/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_ADDRESS_SOCKET_H
#define LIB_ADDRESS_SOCKET_H

/* IP addresses as sockets have them. Any thread. */

#include "lib/address.h"

#include <sys/socket.h>

/* Fills *out from an address (version 4 or 6) and a port in host byte order. Returns its length. */
socklen_t address_socket(const struct ip_address *address, uint16_t port, struct sockaddr_storage *out);

/* The address in it, IPv4 that is mapped into IPv6 as IPv4; version 0 where it is of another family. */
struct ip_address address_of_socket(const struct sockaddr_storage *socket);

/* Lets a socket of either family bind to an address that is not there yet. Returns 0, or -1 and errno. */
int address_bind_early(int fd);

#endif

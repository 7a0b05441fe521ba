/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/daemon.h"
#include "lib/log.h"
#include "lib/messages/cluster.h"
#include "lib/messages/commit.h"
#include "lib/messages/type.h"
#include "lib/paths.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEER_DEAD_MIN_MS 20
#define PEER_DEAD_MAX_MS 60000

static bool sensible(const struct message_cluster_configuration *configuration)
{
	if (!configuration->enabled)
		return true;
	if (configuration->role > ROLE_SLAVE || configuration->cluster_id < CLUSTER_ID_MIN ||
	    configuration->cluster_id > CLUSTER_ID_MAX || configuration->link_count > CLUSTER_LINKS_MAX ||
	    configuration->peer_dead_ms < PEER_DEAD_MIN_MS || configuration->peer_dead_ms > PEER_DEAD_MAX_MS)
		return false;
	for (uint32_t link = 0; link < configuration->link_count; link++)
		for (unsigned role = 0; role < 2; role++)
			if (configuration->links[link].address[role].version == 0)
				return false;
	return true;
}

static bool same_cluster(const struct message_cluster_configuration *a,
                         const struct message_cluster_configuration *b)
{
	return a->enabled == b->enabled && a->role == b->role && a->cluster_id == b->cluster_id &&
	       a->link_count == b->link_count && memcmp(a->links, b->links, sizeof(a->links)) == 0;
}

static bool kernel_has_ipv6(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* What can be had of sensible links: without IPv6 in the kernel Corosync would not start for a spare one. */
static void usable_links(struct message_cluster_configuration *configuration)
{
	bool spare = kernel_has_ipv6();

	for (uint32_t link = 0; link < CLUSTER_LINKS_MAX; link++)
		configuration->links[link].interface[sizeof(configuration->links->interface) - 1] = 0;
	while (!spare && configuration->link_count > 0 &&
	       configuration->links[configuration->link_count - 1].spare)
		configuration->link_count--;
}

static void on_configure(struct daemon *daemon, struct ipc_connection *connection,
                         const struct message_cluster_configuration *told)
{
	struct message_cluster_configuration usable = *told, *configuration = &usable;
	struct role_event event = {.type = ROLE_CONFIGURE};
	bool same;

	if (!sensible(configuration)) {
		qb_log(LOG_ERR,
		       "mgmtd's cluster configuration makes no sense (role %u, ClusterID %u, PeerDead %u ms, "
		       "%u links) "
		       "and is ignored",
		       configuration->role, configuration->cluster_id, configuration->peer_dead_ms,
		       configuration->link_count);
		return;
	}
	daemon->mgmtd = connection;
	usable_links(configuration);
	same = daemon->role.configured && same_cluster(&daemon->configuration, configuration);
	daemon->configuration = *configuration;
	event.configuration.enabled = configuration->enabled != 0;
	event.configuration.role = configuration->role;
	event.configuration.peer_dead_ms = configuration->peer_dead_ms;
	roles_event(daemon, &event);
	if (!same)
		peer_link_configure(daemon);
	mgmtd_link_received(daemon);
	if (daemon->peer_member)
		mgmtd_link_ask_current(daemon);
}

static void request_configuration(struct daemon *daemon, struct message_result *result)
{
	/* The group holds on to a peer that has died for a second or so. */
	result->error = daemon->role.peer.alive
	                    ? peer_link_send(daemon, GROUP_CONFIGURATION_REQUEST, NULL, 0, NULL, 0)
	                    : -ENOTCONN;
	if (!daemon->configuration.enabled)
		snprintf(result->text, sizeof(result->text),
		         "This device is a standalone system (HA not configured).");
	else if (result->error == -ENOTCONN)
		snprintf(result->text, sizeof(result->text),
		         "The HA cluster peer cannot be reached over the Sync interface. Check it with `ha` "
		         "and try again.");
	else if (result->error)
		snprintf(result->text, sizeof(result->text),
		         "The HA cluster peer cannot be asked now (%s). Try again.",
		         strerror(-result->error));
}

static void on_command(struct daemon *daemon, struct ipc_connection *connection,
                       const struct message_cluster_command *command)
{
	struct message_result result = {0};

	switch (command->command) {
	case CLUSTER_DEACTIVATE:
		roles_command(daemon, ROLE_DEACTIVATE, &result);
		break;
	case CLUSTER_ACTIVATE:
		roles_command(daemon, ROLE_ACTIVATE, &result);
		break;
	case CLUSTER_REQUEST_CONFIGURATION:
		request_configuration(daemon, &result);
		break;
	default:
		result.error = -ENOTSUP;
		snprintf(result.text, sizeof(result.text), "hadrian-clusterd does not know command %u.",
		         command->command);
		break;
	}
	ipc_send(connection, MESSAGE_CLUSTER_RESULT, &result, sizeof(result), -1);
}

static void on_message(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	struct daemon *daemon = user;
	struct message_cluster_status status;

	if (message->type == MESSAGE_CONFIGURATION_PUBLISH &&
	    message->length >= sizeof(struct message_configuration)) {
		configuration_publish(daemon, message->body, message->fd);
		return;
	}
	if (message->fd >= 0)
		close(message->fd);
	if (message->type == MESSAGE_CLUSTER_CONFIGURE &&
	    message->length >= sizeof(struct message_cluster_configuration)) {
		on_configure(daemon, connection, message->body);
	} else if (message->type == MESSAGE_CLUSTER_IDENTITY) {
		identity_set_own(daemon, message->body, message->length);
	} else if (message->type == MESSAGE_TIME_ZONE) {
		log_time_zone(message->body, message->length);
	} else if (message->type == MESSAGE_CLUSTER_STATUS) {
		status_fill(daemon, &status);
		ipc_send(connection, MESSAGE_CLUSTER_STATUS, &status, sizeof(status), -1);
	} else if (message->type == MESSAGE_CLUSTER_COMMAND &&
	           message->length >= sizeof(struct message_cluster_command)) {
		on_command(daemon, connection, message->body);
	} else if (connection == daemon->mgmtd && message->type == MESSAGE_COMMIT_CLAIM &&
	           message->length == sizeof(struct message_commit_claim)) {
		commit_claim(daemon, message->body);
	} else if (connection == daemon->mgmtd && message->type == MESSAGE_COMMIT_END &&
	           message->length == sizeof(struct message_commit_end)) {
		commit_end(daemon, ((const struct message_commit_end *)message->body)->generation);
	}
}

static void on_closed(struct ipc_connection *connection, void *user)
{
	struct daemon *daemon = user;

	if (daemon->mgmtd != connection)
		return;
	daemon->mgmtd = NULL;
	commit_abandon(daemon);
}

int mgmtd_link_start(struct daemon *daemon)
{
	static const struct ipc_handlers handlers = {.message = on_message, .closed = on_closed};

	daemon->received_fd = -1;
	return ipc_server_create(daemon->loop, PATH_CLUSTERD_SOCKET, 0600, &handlers, daemon,
	                         &daemon->server);
}

void mgmtd_link_stop(struct daemon *daemon)
{
	ipc_server_destroy(daemon->server);
	daemon->server = NULL;
	if (daemon->received_fd >= 0)
		close(daemon->received_fd);
	daemon->received_fd = -1;
}

void mgmtd_link_received(struct daemon *daemon)
{
	if (!daemon->mgmtd || daemon->received_fd < 0 ||
	    ipc_send(daemon->mgmtd, MESSAGE_CONFIGURATION_RECEIVED, &daemon->received,
	             sizeof(daemon->received), daemon->received_fd))
		return;
	close(daemon->received_fd);
	daemon->received_fd = -1;
}

void mgmtd_link_ask_current(struct daemon *daemon)
{
	if (daemon->mgmtd)
		ipc_send(daemon->mgmtd, MESSAGE_CONFIGURATION_CURRENT, NULL, 0, -1);
}

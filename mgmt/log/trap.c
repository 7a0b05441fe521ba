/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include "lib/log_event.h"
#include "mgmt/log/trap.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* As HADRIAN-TRAPS-MIB.mib has them. */
#define TRAPS         1, 3, 6, 1, 4, 1, ENTERPRISE_NUMBER, 1
#define NOTIFICATIONS TRAPS, 0
#define OBJECTS       TRAPS, 1
#define GENERIC_TRAP  1

#define DESCRIBED       " description=\""
#define DESCRIPTION_MAX 255
#define ACTION_MAX      32
#define PARAMETERS_MAX  640

enum object {
	OBJECT_SYSTEM = 1,
	OBJECT_SEVERITY,
	OBJECT_CATEGORY,
	OBJECT_ID,
	OBJECT_DESCRIPTION,
	OBJECT_ACTION,
	OBJECT_PARAMETERS,
	OBJECT_HA_CLUSTER_ID,
	OBJECT_HA_ROLE,
	OBJECT_HA_ACTIVITY,
	OBJECT_HA_INTERFACE
};

static bool add(netsnmp_pdu *pdu, const oid *name, size_t length, u_char type, const void *value, size_t size)
{
	return snmp_pdu_add_variable(pdu, name, length, type, value, size) != NULL;
}

static bool add_object(netsnmp_pdu *pdu, enum object object, u_char type, const void *value, size_t size)
{
	const oid name[] = {OBJECTS, object, 0};

	return add(pdu, name, OID_LENGTH(name), type, value, size);
}

static bool add_text(netsnmp_pdu *pdu, enum object object, const char *text, size_t length)
{
	return add_object(pdu, object, ASN_OCTET_STR, text, length);
}

static bool add_string(netsnmp_pdu *pdu, enum object object, const char *text, size_t max)
{
	return add_text(pdu, object, text, strnlen(text, max));
}

static bool add_integer(netsnmp_pdu *pdu, enum object object, long value)
{
	return add_object(pdu, object, ASN_INTEGER, &value, sizeof(value));
}

static bool add_unsigned(netsnmp_pdu *pdu, enum object object, u_long value)
{
	return add_object(pdu, object, ASN_UNSIGNED, &value, sizeof(value));
}

/* "event=ha_active daemon=...": what stands before it has objects of its own. */
static const char *parameters(const struct log_line *line)
{
	const char *event = strstr(line->text, "event=");

	return event ? event : line->text;
}

/* What a daemon said in words of its own; NULL: the event has names and values alone. */
static const char *words(const struct log_line *line)
{
	const char *text = NULL;

	if (line->event != LOG_EVENT_NONE || line->number == LOG_EVENT_SYSTEM_MESSAGE)
		text = strstr(line->text, DESCRIBED);
	return text ? text + strlen(DESCRIBED) : NULL;
}

/* The words, without the quotation mark behind them, or the event's name. */
static bool add_description(netsnmp_pdu *pdu, const struct log_line *line)
{
	const char *text = words(line);
	size_t length = text ? strlen(text) : 0;

	if (length) {
		length--;
	} else {
		text = parameters(line);
		text += strncmp(text, "event=", 6) != 0 ? 0 : 6;
		length = strcspn(text, " ");
	}
	return add_text(pdu, OBJECT_DESCRIPTION, text, length < DESCRIPTION_MAX ? length : DESCRIPTION_MAX);
}

/* Events of packets and users end with what was done; words say nothing of that. */
static bool add_action(netsnmp_pdu *pdu, const struct log_line *line)
{
	const char *action = NULL;
	size_t length;

	if (!words(line))
		for (const char *at = line->text; (at = strstr(at, " action=")); at++)
			action = at + strlen(" action=");
	if (!action)
		return add_string(pdu, OBJECT_ACTION, "none", ACTION_MAX);
	length = strcspn(action, " ");
	return add_text(pdu, OBJECT_ACTION, action, length < ACTION_MAX ? length : ACTION_MAX);
}

static bool add_generic(netsnmp_pdu *pdu, const struct message_log_node *node, const struct log_line *line)
{
	return add_string(pdu, OBJECT_SYSTEM, node->system, sizeof(node->system)) &&
	       add_integer(pdu, OBJECT_SEVERITY, line->severity) &&
	       add_string(pdu, OBJECT_CATEGORY, line->category, sizeof(line->category)) &&
	       add_unsigned(pdu, OBJECT_ID, line->number) && add_description(pdu, line) &&
	       add_action(pdu, line) && add_string(pdu, OBJECT_PARAMETERS, parameters(line), PARAMETERS_MAX);
}

static bool add_own(netsnmp_pdu *pdu, const struct message_log_node *node, const struct log_line *line)
{
	return add_string(pdu, OBJECT_SYSTEM, node->system, sizeof(node->system)) &&
	       add_unsigned(pdu, OBJECT_HA_CLUSTER_ID, node->cluster_id) &&
	       add_integer(pdu, OBJECT_HA_ROLE, node->role) &&
	       add_integer(pdu, OBJECT_HA_ACTIVITY, line->activity) &&
	       add_string(pdu, OBJECT_HA_INTERFACE, line->interface, sizeof(line->interface)) &&
	       add_integer(pdu, OBJECT_SEVERITY, line->severity) &&
	       add_unsigned(pdu, OBJECT_ID, line->number) && add_description(pdu, line);
}

static bool fill(netsnmp_pdu *pdu, const struct message_log_receiver *settings,
                 const struct message_log_node *node, const struct log_line *line, uint32_t uptime)
{
	static const oid sys_uptime[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
	static const oid snmp_trap_oid[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};
	bool own = settings->kind == LOG_RECEIVER_OWN_TRAPS;
	/* An event's number is the last of its notification's. */
	const oid notification[] = {NOTIFICATIONS, own ? line->number : GENERIC_TRAP};
	u_long ticks = uptime;

	pdu->version = SNMP_VERSION_2c;
	pdu->community = (u_char *)strdup(settings->community);
	pdu->community_len = strlen(settings->community);
	return pdu->community &&
	       add(pdu, sys_uptime, OID_LENGTH(sys_uptime), ASN_TIMETICKS, &ticks, sizeof(ticks)) &&
	       add(pdu, snmp_trap_oid, OID_LENGTH(snmp_trap_oid), ASN_OBJECT_ID, notification,
	           sizeof(notification)) &&
	       (own ? add_own(pdu, node, line) : add_generic(pdu, node, line));
}

/* Makes ready what encoding needs, and reads no files as init_snmp would. */
static netsnmp_session *ready(void)
{
	static netsnmp_session session;

	if (session.version != SNMP_VERSION_2c) {
		snmp_sess_init(&session);
		session.version = SNMP_VERSION_2c;
		netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_REVERSE_ENCODE, 1);
	}
	return &session;
}

static size_t encode(netsnmp_session *session, netsnmp_pdu *pdu, uint8_t out[TRAP_MAX_BYTES])
{
	size_t size = 2 * TRAP_MAX_BYTES, length = 0;
	u_char *bytes = malloc(size);

	/* From the end of the bytes on, towards their beginning. */
	if (!bytes || snmp_build(&bytes, &size, &length, session, pdu) || length > TRAP_MAX_BYTES)
		length = 0;
	else
		memcpy(out, bytes + size - length, length);
	if (bytes)
		OPENSSL_cleanse(bytes, size);
	free(bytes);
	return length;
}

size_t trap_datagram(const struct message_log_receiver *settings, const struct message_log_node *node,
                     const struct log_line *line, uint32_t uptime, uint8_t out[TRAP_MAX_BYTES])
{
	netsnmp_session *session = ready();
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_TRAP2);
	size_t length = 0;

	if (!pdu)
		return 0;
	if (fill(pdu, settings, node, line, uptime))
		length = encode(session, pdu, out);
	if (pdu->community)
		OPENSSL_cleanse(pdu->community, pdu->community_len);
	snmp_free_pdu(pdu);
	return length;
}

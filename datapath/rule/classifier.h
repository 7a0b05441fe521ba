/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_RULE_CLASSIFIER_H
#define DATAPATH_RULE_CLASSIFIER_H

/*
 * How rules are found (docs/decisions/0008-rule-classifier.md): of datapath/rule only.
 *
 * A rule becomes boxes, products of one range in each dimension, in the order of the rules. Trees of binary decisions
 * lead from a packet's point to the few boxes around it. A rule whose lists would multiply to too many boxes gets
 * fewer, larger ones, and where one of those holds the point its lists decide.
 */

#include "datapath/rule/rule.h"

#include <stdbool.h>
#include <stddef.h>

/* Where a point or box lies; a lane each. */
enum rule_dimension {
	RULE_SOURCE,      /* IPv4: the address; IPv6: its place in struct rule_space */
	RULE_DESTINATION, /* likewise */
	RULE_SOURCE_INTERFACE,
	RULE_DESTINATION_INTERFACE,
	RULE_SOURCE_PORT,      /* of ICMP the code */
	RULE_DESTINATION_PORT, /* of ICMP the type */
	RULE_PROTOCOL,         /* as rule_protocol_place orders them */
	RULE_DIMENSIONS
};
#define RULE_LANES (RULE_DIMENSIONS + 1)

struct rule_point {
	uint32_t lane[RULE_LANES]; /* the last is 0 */
} __attribute__((aligned(32)));

#define RULE_BOX_INEXACT (1u << 31) /* larger than its rule */
#define RULE_BOX_LAST    (1u << 30) /* of its leaf */
#define RULE_BOX_LINK    (1u << 29) /* holds no point: the leaf goes on where first[3] says, with that rule */
#define RULE_BOX_NUMBER  (RULE_BOX_LINK - 1)

/*
 * While trees are built. The last lane of a point is 0 and always within, which leaves the bounds there to the rule: in last its
 * index and the above, in first, where the box is not exact, where in rule_boxes.exact its lists are.
 */
struct rule_box {
	uint32_t first[RULE_LANES];
	uint32_t last[RULE_LANES];
} __attribute__((aligned(64)));

static inline bool rule_box_is_exact(const struct rule_box *box)
{
	return !(box->last[RULE_DIMENSIONS] & RULE_BOX_INEXACT);
}

/*
 * A box as a search meets it in a leaf: half a cache line with what tells boxes apart. Lanes are source, destination and
 * destination port; in the fourth first has the index of its class, last the rule and RULE_BOX_...
 */
struct rule_leaf_box {
	uint32_t first[4], last[4];
} __attribute__((aligned(32)));
_Static_assert(sizeof(struct rule_leaf_box) == 32, "half a cache line");

static inline uint32_t rule_box_rule(const struct rule_leaf_box *box)
{
	return box->last[3] & RULE_BOX_NUMBER;
}

/*
 * The other dimensions, in which boxes are of few classes: source interface, destination interface, source port,
 * protocol. Boxes of a rule that they do not say exactly have one of their own.
 */
struct rule_class {
	uint32_t first[4], last[4];
	uint32_t exact; /* RULE_BOX_INEXACT: where in rule_boxes.exact its lists are */
	uint32_t reserved[7];
} __attribute__((aligned(64)));

/*
 * A decision in one dimension, a cache line: a point goes to the first child whose bound it does not exceed. Children lie
 * together, so that one number and a byte each say where; of a leaf that is where its boxes are.
 */
#define RULE_BOUNDS   11
#define RULE_CHILDREN (RULE_BOUNDS + 1)
struct rule_node {
	uint32_t
	    bounds[RULE_BOUNDS]; /* ascending, none for the last child; UINT32_MAX where there are fewer */
	uint16_t leaves;         /* a bit for each child that is one */
	uint8_t dimension;
	uint8_t reserved;
	uint8_t places[RULE_CHILDREN]; /* behind base */
	uint32_t base;                 /* index in rule_trees.units */
} __attribute__((aligned(64)));
_Static_assert(sizeof(struct rule_node) == 64, "one cache line");

/* The same while trees are built. */
struct rule_decision {
	uint32_t bounds[RULE_BOUNDS]; /* one less than children */
	uint32_t next;     /* the first child in rule_trees.decisions; of a leaf its first member */
	uint8_t dimension; /* RULE_LEAF: none is left to take */
	uint8_t children;
};
#define RULE_LEAF RULE_DIMENSIONS

/* Part of a rule in the dimensions of a list: one, or the three of a service. */
struct rule_part {
	uint32_t first[3], last[3];
};

/* The lists of a rule; the dimensions of a list start with the one of its number. */
enum { RULE_LIST_SERVICE = RULE_SOURCE_PORT, RULE_LISTS };

/*
 * IPv6 addresses as 32-bit numbers: which of the intervals between the ends of all ranges they lie in, so that ranges
 * keep their order.
 */
struct rule_space {
	unsigned __int128 *starts; /* ascending */
	uint32_t count;
};

struct rule_boxes {
	struct rule_box *boxes; /* in the order of the rules */
	uint32_t count, capacity;
	/*
	 * Of each rule whose boxes are not exact the lists that they do not say, one behind the other, so that one look is
	 * enough: number of the list, number of its parts, firsts and lasts of each part. Intervals are ascending and
	 * disjoint. RULE_LISTS ends it.
	 */
	uint32_t *exact;
	uint32_t exact_count, exact_capacity;
};

#define RULE_TREES       4
#define RULE_MEMBER_NONE UINT32_MAX
#define RULE_MEMBER_LAST (1u << 31) /* behind it another leaf begins */

/* Boxes that are wide in one address only would be in most leaves of a common tree: they have one of their own. */
struct rule_trees {
	/* Leaves, their boxes in the order of the rules (one without has a box without a point); every two may be a node. */
	struct rule_leaf_box *units;
	uint32_t unit_count;
	uint32_t roots[RULE_TREES]; /* units that are nodes, of the trees that have boxes */
	uint32_t count;
	struct rule_class *classes;
	uint32_t class_count, class_capacity;
	/* While they are built. */
	struct rule_decision *decisions;
	uint32_t decision_count, decision_capacity;
	/* What leaves are copied from: indices in boxes, RULE_MEMBER_NONE for a box without a point. */
	uint32_t *members;
	uint32_t member_count, member_capacity;
};

/* The rules of one IP version. */
struct rule_classifier {
	struct rule_space space[2]; /* of IPv6: source, destination */
	struct rule_boxes boxes;
	struct rule_trees trees;
};

struct rule_table {
	struct rule_classifier ip4, ip6;
	uint8_t protocol_places[256];
};

/* Makes room for one more element of an array on the heap. Returns 0 or -ENOMEM. */
int rule_grow(void *array, uint32_t *capacity, uint32_t count, size_t size);

/* The place of a protocol among all: those without ports, then ICMP and ICMPv6, then those with ports. Pure. */
uint32_t rule_protocol_place(uint8_t protocol);
/* rule_protocol_place of the first of each kind. */
enum { RULE_PLACE_ICMP = 250, RULE_PLACE_PORTS = 252 };

/* Control side; 0 or -ENOMEM. direction: 0 source, 1 destination. */
int rule_space_create(const struct policy *policy, unsigned direction, struct rule_space *out);
uint32_t rule_space_place(const struct rule_space *space, const uint8_t address[16]);

/* Fills classifier.boxes with all rules for addresses of the version. 0 or -ENOMEM. */
int rule_boxes_create(const struct policy *policy, uint8_t version, struct rule_classifier *classifier);
/* Whether the lists of a rule that its boxes do not say exactly (in rule_boxes.exact) hold the point. Any thread. */
bool rule_exact_holds(const uint32_t *exact, const struct rule_point *point);

/* Sets bit dimension of kinds[box] for boxes that are wide in it, among all. 0 or -ENOMEM. */
int rule_boxes_mark_wide(const struct rule_boxes *boxes, unsigned dimension, uint8_t *kinds);

/* Fills classifier.trees from its boxes, which it frees. 0 or -ENOMEM. */
int rule_trees_create(struct rule_classifier *classifier);
/*
 * Brings trees that were built, whose roots are decisions, into the form in which a search meets them; frees decisions,
 * members and boxes. 0 or -ENOMEM.
 */
int rule_trees_lay_out(struct rule_boxes *boxes, struct rule_trees *trees);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_TABLE_H
#define MGMT_MGMTD_TABLE_H

/* Tables as the guide prints them: headings, a line of dashes, cells two blanks apart. One thread. */

#include <stddef.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 12

struct table {
	size_t columns;
	size_t width[TABLE_COLUMNS_MAX];
	const char *heading[TABLE_COLUMNS_MAX]; /* the caller's, kept */
	unsigned right;                         /* bit per column: aligned to the right */
	char **cells;                           /* by rows; the first of a row is its symbols */
	size_t rows, capacity;
	size_t filled; /* cells of the row being filled */
};

/* heading must live as long as the table. Where all are empty, rows stand alone. */
void table_column(struct table *table, const char *heading);
/* Begins a row with up to three symbols (C02-042), "" for none. Returns 0 or -ENOMEM. */
int table_row(struct table *table, const char *symbols);
/* The next cell of the row. Returns 0 or -ENOMEM. */
int table_cell(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints, then frees. indent: columns before the table where symbols stand. */
void table_print(struct table *table, size_t indent, FILE *out);

#endif

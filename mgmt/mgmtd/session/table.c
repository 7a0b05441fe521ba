/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/session/table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void table_column(struct table *table, const char *heading)
{
	if (table->columns == TABLE_COLUMNS_MAX)
		return;
	table->heading[table->columns] = heading;
	table->width[table->columns++] = strlen(heading);
}

int table_row(struct table *table, const char *symbols)
{
	size_t stride = table->columns + 1;

	if (table->rows == table->capacity) {
		size_t capacity = table->capacity ? 2 * table->capacity : 16;
		char **grown = realloc(table->cells, capacity * stride * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		table->cells = grown;
		table->capacity = capacity;
	}
	memset(table->cells + table->rows * stride, 0, stride * sizeof(*table->cells));
	table->cells[table->rows * stride] = strdup(symbols);
	table->rows++;
	table->filled = 0;
	return 0;
}

int table_cell(struct table *table, const char *format, ...)
{
	char **cell;
	va_list arguments;
	size_t width;

	if (!table->rows || table->filled == table->columns)
		return 0;
	cell = &table->cells[(table->rows - 1) * (table->columns + 1) + 1 + table->filled];
	va_start(arguments, format);
	if (vasprintf(cell, format, arguments) < 0)
		*cell = NULL;
	va_end(arguments);
	if (!*cell)
		return -ENOMEM;
	width = strlen(*cell);
	if (width > table->width[table->filled])
		table->width[table->filled] = width;
	table->filled++;
	return 0;
}

/* Nothing stands behind the last cell of a line that has something. */
static void print_line(const struct table *table, const char *const *cells, FILE *out)
{
	size_t pending = 0;

	for (size_t i = 0; i < table->columns; i++) {
		const char *cell = cells[i] ? cells[i] : "";
		size_t fill = table->width[i] - strlen(cell);
		bool right = table->right & (1u << i);

		if (*cell) {
			fprintf(out, "%*s%s", (int)(pending + (right ? fill : 0)), "", cell);
			pending = right ? 2 : fill + 2;
		} else {
			pending += fill + 2;
		}
	}
	fputc('\n', out);
}

static void print_dashes(const struct table *table, FILE *out)
{
	for (size_t i = 0; i < table->columns; i++) {
		fputs(i ? "  " : "", out);
		for (size_t j = 0; j < table->width[i]; j++)
			fputc('-', out);
	}
	fputc('\n', out);
}

static bool has_headings(const struct table *table)
{
	for (size_t i = 0; i < table->columns; i++)
		if (*table->heading[i])
			return true;
	return false;
}

void table_print(struct table *table, size_t indent, FILE *out)
{
	size_t stride = table->columns + 1;

	if (has_headings(table)) {
		fprintf(out, "%*s", (int)indent, "");
		print_line(table, table->heading, out);
		fprintf(out, "%*s", (int)indent, "");
		print_dashes(table, out);
	}
	for (size_t i = 0; i < table->rows; i++) {
		const char *symbols = table->cells[i * stride];

		fprintf(out, "%-*s", (int)indent, symbols && indent ? symbols : "");
		print_line(table, (const char *const *)&table->cells[i * stride + 1], out);
	}
	for (size_t i = 0; i < table->rows * stride; i++)
		free(table->cells[i]);
	free(table->cells);
	*table = (struct table){0};
}

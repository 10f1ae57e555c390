#include "template.h"
#include "text.h"

typedef dialplate_provision_types_table_t table_t;
typedef dialplate_provision_types_value_t value_t;

// The first table of this name, if the job has one.
static const table_t *find_table(const plugin_job_t *job, plugin_string_t name) {
  for (size_t at = 0; at < job->tables.len; at++)
    if (text_is(job->tables.ptr[at].name, name)) return &job->tables.ptr[at];
  return NULL;
}

static void write_value(struct output *output, const value_t *value) {
  switch (value->tag) {
  case DIALPLATE_PROVISION_TYPES_VALUE_TEXT: return output_value(output, value->val.text);
  case DIALPLATE_PROVISION_TYPES_VALUE_NUMBER: return output_value(output, value->val.number);
  case DIALPLATE_PROVISION_TYPES_VALUE_FLAG: return output_text(output, value->val.flag ? TEXT("true") : TEXT("false"));
  case DIALPLATE_PROVISION_TYPES_VALUE_ITEMS:
    for (size_t at = 0; at < value->val.items.len; at++) {
      if (at) output_text(output, TEXT(","));
      output_value(output, value->val.items.ptr[at]);
    }
  }
}

// Writes a column of a row. False if the row does not fit the columns.
static bool write_cell(struct output *output, const table_t *table, size_t row, plugin_string_t column) {
  dialplate_provision_types_list_value_t cells = table->rows.ptr[row];
  if (cells.len != table->columns.len) return false;
  for (size_t at = 0; at < cells.len; at++) {
    if (!text_is(table->columns.ptr[at], column)) continue;
    write_value(output, &cells.ptr[at]);
    break;
  }
  return true;
}

static void write_setting(struct output *output, const plugin_job_t *job, plugin_string_t name) {
  for (size_t at = 0; at < job->settings.len; at++)
    if (text_is(job->settings.ptr[at].name, name)) return write_value(output, &job->settings.ptr[at].value);
}

bool template_render(const struct template *template, const plugin_job_t *job, plugin_list_u8_t *body) {
  struct output output = {0};
  const table_t *looped = NULL; // the table of the open `foreach`
  size_t row = 0, begin = 0;
  for (size_t at = 0; at < template->count; at++) {
    const struct piece *piece = &template->pieces[at];
    const table_t *table = looped;
    if (piece->kind == PIECE_VALUE || piece->kind == PIECE_EACH) table = find_table(job, piece->name);
    bool has_rows = table && table->rows.len > 0;
    switch (piece->kind) {
    case PIECE_TEXT: output_text(&output, piece->name); break;
    case PIECE_SETTING: write_setting(&output, job, piece->name); break;
    case PIECE_VALUE:
      if (has_rows && !write_cell(&output, table, 0, piece->column)) return false;
      break;
    case PIECE_ROW_VALUE:
      if (!write_cell(&output, table, row, piece->column)) return false;
      break;
    case PIECE_EACH:
      looped = table;
      begin = at;
      while (!has_rows && template->pieces[at].kind != PIECE_END) at++;
      break;
    case PIECE_END:
      if (++row < table->rows.len) at = begin;
      else row = 0;
    }
  }
  *body = (plugin_list_u8_t){output.bytes, output.length};
  return true;
}

// Templates, in a small part of the language of FusionPBX's:
//
//   {* a comment *}
//   {$table.column}                                        a value of the table's first row; {$settings.name} a setting
//   {foreach $table as $row} … {$row.column} … {/foreach}  once for each row
//
// The tables are those of the job. What is absent prints nothing. After a comment or a `foreach`, a line end is dropped.
#pragma once

#include "plugin.h"

struct piece {
  enum { PIECE_TEXT, PIECE_VALUE, PIECE_ROW_VALUE, PIECE_SETTING, PIECE_EACH, PIECE_END } kind;
  plugin_string_t name;   // the text itself, or the name of a table or setting
  plugin_string_t column; // of a value
};

struct template {
  plugin_string_t folder, file;
  struct piece *pieces;
  size_t count, capacity;
  bool faulty;
  dialplate_provision_types_fault_t fault;
};

// Parses a template. If it is faulty, `fault` says why.
void template_parse(const plugin_template_t *source, struct template *template);

// The names of the settings that a template reads: sorted, each once.
plugin_list_string_t template_settings(const struct template *template);

// Writes the file of a job. False if a table of the job has a row that does not fit its columns.
bool template_render(const struct template *template, const plugin_job_t *job, plugin_list_u8_t *body);

#include "template.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

struct parser {
  const uint8_t *source;
  size_t length, at;
  struct template *template;
  plugin_string_t row; // of the open `foreach`; empty outside of one
  size_t each;         // where it begins
};

static void fail(struct parser *parser, size_t at, plugin_string_t message) {
  struct template *template = parser->template;
  dialplate_provision_types_fault_t *fault = &template->fault;
  *fault = (dialplate_provision_types_fault_t){.line = 1, .column = 1, .message = message, .excerpt = TEXT("")};
  fault->template_ = text_join(template->folder, TEXT("/"), template->file);
  for (size_t before = 0; before < at; before++) {
    bool ends = parser->source[before] == '\n';
    fault->line += ends;
    fault->column = ends ? 1 : fault->column + 1;
  }
  template->faulty = true;
}

static void add(struct template *template, struct piece piece) {
  if (template->count == template->capacity) {
    template->capacity = template->capacity * 2 + 16;
    template->pieces = realloc(template->pieces, template->capacity * sizeof(struct piece));
    if (!template->pieces) abort();
  }
  template->pieces[template->count++] = piece;
}

static bool skip(struct parser *parser, plugin_string_t text) {
  if (parser->length - parser->at < text.len || memcmp(parser->source + parser->at, text.ptr, text.len)) return false;
  parser->at += text.len;
  return true;
}

static plugin_string_t name(struct parser *parser) {
  size_t start = parser->at;
  while (parser->at < parser->length) {
    uint8_t byte = parser->source[parser->at];
    if (!((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_')) break;
    parser->at++;
  }
  return (plugin_string_t){(uint8_t *)parser->source + start, parser->at - start};
}

static void line_end(struct parser *parser) { (void)(skip(parser, TEXT("\n")) || skip(parser, TEXT("\r\n"))); }

static void comment(struct parser *parser, size_t start) {
  while (!skip(parser, TEXT("*}")))
    if (parser->at++ >= parser->length) return fail(parser, start, TEXT("the comment does not end"));
  line_end(parser);
}

static void value(struct parser *parser, size_t start) {
  struct piece piece = {.kind = PIECE_VALUE, .name = name(parser)};
  bool complete = piece.name.len && skip(parser, TEXT("."));
  piece.column = name(parser);
  if (!complete || !piece.column.len || !skip(parser, TEXT("}")))
    return fail(parser, start, TEXT("a value is written {$table.column}"));
  if (parser->row.len && text_is(piece.name, parser->row)) {
    piece.kind = PIECE_ROW_VALUE;
  } else if (text_is(piece.name, TEXT("settings"))) {
    piece = (struct piece){.kind = PIECE_SETTING, .name = piece.column};
  }
  add(parser->template, piece);
}

static void each(struct parser *parser, size_t start) {
  plugin_string_t table = name(parser);
  bool complete = table.len && skip(parser, TEXT(" as $"));
  plugin_string_t row = name(parser);
  if (!complete || !row.len || !skip(parser, TEXT("}")))
    return fail(parser, start, TEXT("a loop begins with {foreach $table as $row}"));
  if (parser->row.len) return fail(parser, start, TEXT("a foreach cannot contain another one"));
  parser->row = row;
  parser->each = start;
  add(parser->template, (struct piece){.kind = PIECE_EACH, .name = table});
  line_end(parser);
}

static void end(struct parser *parser, size_t start) {
  if (!parser->row.len) return fail(parser, start, TEXT("no foreach is open"));
  parser->row = TEXT("");
  add(parser->template, (struct piece){.kind = PIECE_END});
  line_end(parser);
}

static void tag(struct parser *parser) {
  size_t start = parser->at;
  if (skip(parser, TEXT("{*"))) return comment(parser, start);
  if (skip(parser, TEXT("{$"))) return value(parser, start);
  if (skip(parser, TEXT("{foreach $"))) return each(parser, start);
  if (skip(parser, TEXT("{/foreach}"))) return end(parser, start);
  fail(parser, start, TEXT("unknown tag; there are {$table.column}, {foreach $table as $row}, {/foreach} and {* *}"));
}

// A brace before white space or the end is text.
static bool is_tag(const struct parser *parser) {
  const uint8_t *byte = parser->source + parser->at;
  return byte[0] == '{' && parser->at + 1 < parser->length && byte[1] > ' ';
}

void template_parse(const plugin_template_t *source, struct template *template) {
  *template = (struct template){.folder = source->folder, .file = source->file};
  struct parser parser = {.source = source->source.ptr, .length = source->source.len, .template = template};
  while (parser.at < parser.length && !template->faulty) {
    size_t start = parser.at;
    while (parser.at < parser.length && !is_tag(&parser)) parser.at++;
    plugin_string_t text = {(uint8_t *)parser.source + start, parser.at - start};
    if (text.len) add(template, (struct piece){.kind = PIECE_TEXT, .name = text});
    if (parser.at < parser.length) tag(&parser);
  }
  if (parser.row.len && !template->faulty) fail(&parser, parser.each, TEXT("the foreach does not end"));
}

plugin_list_string_t template_settings(const struct template *template) {
  plugin_list_string_t names = {calloc(template->count + 1, sizeof(plugin_string_t)), 0};
  if (!names.ptr) abort();
  for (size_t at = 0; at < template->count; at++) {
    if (template->pieces[at].kind != PIECE_SETTING) continue;
    plugin_string_t name = template->pieces[at].name;
    size_t place = 0;
    while (place < names.len && text_compare(names.ptr[place], name) < 0) place++;
    if (place < names.len && text_is(names.ptr[place], name)) continue;
    memmove(&names.ptr[place + 1], &names.ptr[place], (names.len++ - place) * sizeof(plugin_string_t));
    names.ptr[place] = name;
  }
  return names;
}

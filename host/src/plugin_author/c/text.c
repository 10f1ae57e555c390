#include "text.h"
#include <stdlib.h>
#include <string.h>

bool text_is(plugin_string_t one, plugin_string_t other) {
  return one.len == other.len && memcmp(one.ptr, other.ptr, one.len) == 0;
}

int text_compare(plugin_string_t one, plugin_string_t other) {
  int order = memcmp(one.ptr, other.ptr, one.len < other.len ? one.len : other.len);
  return order ? order : (one.len > other.len) - (one.len < other.len);
}

plugin_string_t text_join(plugin_string_t one, plugin_string_t two, plugin_string_t three) {
  struct output joined = {0};
  output_text(&joined, one);
  output_text(&joined, two);
  output_text(&joined, three);
  return (plugin_string_t){joined.bytes, joined.length};
}

static void add(struct output *output, const uint8_t *bytes, size_t length) {
  if (output->capacity - output->length < length) {
    output->capacity = output->length + length + output->capacity + 1024;
    output->bytes = realloc(output->bytes, output->capacity);
    if (!output->bytes) abort(); // The server logs that the render has reached its limit.
  }
  memcpy(output->bytes + output->length, bytes, length);
  output->length += length;
}

void output_text(struct output *output, plugin_string_t text) { add(output, text.ptr, text.len); }

// The bytes of a character that ends a line, or controls a terminal: 0 if it is none of these. The text is UTF-8.
static size_t control(const uint8_t *text, size_t length) {
  if ((text[0] < ' ' && text[0] != '\t') || text[0] == 0x7f) return 1;
  if (length > 1 && text[0] == 0xc2 && text[1] < 0xa0) return 2; // U+0080 to U+009F
  bool separates = length > 2 && text[0] == 0xe2 && text[1] == 0x80 && (text[2] == 0xa8 || text[2] == 0xa9);
  return separates ? 3 : 0; // U+2028 and U+2029
}

static bool ends_name(uint8_t byte) { return byte == '=' || byte == ':'; }

void output_value(struct output *output, plugin_string_t value) {
  bool in_name = true, in_quotes = false;
  for (size_t at = output->length; at > 0 && output->bytes[at - 1] != '\n'; at--) {
    if (ends_name(output->bytes[at - 1])) in_name = false;
    if (output->bytes[at - 1] == '"') in_quotes = !in_quotes;
  }
  for (size_t at = 0; at < value.len;) {
    const uint8_t *byte = value.ptr + at;
    size_t replaced = control(byte, value.len - at);
    if (replaced) {
      add(output, (const uint8_t *)" ", 1);
    } else if (in_name && ends_name(*byte)) {
      add(output, (const uint8_t *)"_", 1);
    } else if (in_quotes && *byte == '"') {
      add(output, (const uint8_t *)"'", 1);
    } else {
      add(output, byte, 1);
    }
    at += replaced ? replaced : 1;
  }
}

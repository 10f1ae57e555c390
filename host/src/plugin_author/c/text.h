// Texts of the interface, and the file that is being written.
#pragma once

#include "plugin.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// A text and a list that the program contains.
#define TEXT(literal) ((plugin_string_t){(uint8_t *)(literal), sizeof(literal) - 1})
#define LIST(array) {array, COUNT(array)}

bool text_is(plugin_string_t one, plugin_string_t other);

// Less than 0, 0 or more than 0, in the order of their bytes.
int text_compare(plugin_string_t one, plugin_string_t other);

plugin_string_t text_join(plugin_string_t one, plugin_string_t two, plugin_string_t three);

// A file of lines such as `name = value`.
struct output {
  uint8_t *bytes;
  size_t length, capacity;
};

// Adds text of the template as it is.
void output_text(struct output *output, plugin_string_t text);

// Adds a value that a user can edit. It ends neither its line, nor the quotes or the name that it stands in.
void output_value(struct output *output, plugin_string_t value);

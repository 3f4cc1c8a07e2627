#include "crules.h"

// Written by compile-rules: `numbers` and `text`.
#include "table.inc"

const uint32_t *crules_numbers(void) { return numbers; }
uint32_t crules_number_count(void) { return sizeof numbers / sizeof *numbers; }
const uint8_t *crules_text(void) { return (const uint8_t *)text; }
uint32_t crules_text_length(void) { return sizeof text - 1; }

// The table that compile-rules generates from Rules/: numbers, and the text that some of them point into. It is used in
// place. The records below are ranges of the numbers.
#pragma once
#include <stdint.h>

const uint32_t *_Nonnull crules_numbers(void);
uint32_t crules_number_count(void);
const uint8_t *_Nonnull crules_text(void);
uint32_t crules_text_length(void);

/// A range of the text, or of records: its start, and how many.
typedef struct {
    uint32_t at, count;
} crules_range;

/// What is at the start of a set of phrases; the ranges count numbers from there.
typedef struct {
    /// Phrases of less than eight bytes, which come first; how far a hash of a start is shifted; bytes of the longest phrase.
    uint32_t short_count, hash_shift, longest;
    crules_range phrases, entries, starts, short_starts;
} crules_phrases;

typedef struct {
    /// Where it is in the text.
    uint32_t at;
    /// Its length; 256 times the number of bytes that it starts with as the one before it does.
    uint32_t sizes;
} crules_phrase;

/// A rule, or a provider's.
typedef struct {
    /// Ranges of the text.
    crules_range id, source;
    /// Places in the lists of cases; the strength's raw value. What may be absent counts from 1.
    uint32_t reason, party, strength;
    /// 1: bare, 2: plain, 4: needs a proof, 8: wraps other words. Bits of the subjects that it is about.
    uint32_t flags, subjects;
    uint32_t phrase_count;
    /// A pattern of a status, ten bits for each number; 0: any.
    uint32_t status;
    /// The command that was refused, among the meanings of the words of commands, from 1.
    uint32_t stage;
    /// Ranges of the strings.
    crules_range hosts, words, against;
} crules_rule;

/// A place of a piece in a phrase of several.
typedef struct {
    uint32_t phrase, place, is_last, rule;
} crules_place;

typedef struct {
    /// Ranges of the text.
    crules_range id;
    /// From 1.
    uint32_t code;
    /// A range of the sentences.
    crules_range sentences;
} crules_server;

/// Words, in the text, and the place of what they mean in the list of its cases.
typedef struct {
    crules_range words;
    uint32_t meaning;
} crules_meaning;

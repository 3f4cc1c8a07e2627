// The table that compile-rules writes of Rules/: numbers, and the text that some of them point into. Nothing is built from it
// when a program starts. The records below are stretches of the numbers.
#pragma once
#include <stdint.h>

const uint32_t *_Nonnull crules_numbers(void);
uint32_t crules_number_count(void);
const uint8_t *_Nonnull crules_text(void);
uint32_t crules_text_length(void);

/// A stretch of the text, or of records: its start, and how many.
typedef struct {
    uint32_t at, count;
} crules_range;

/// What stands at the start of an automaton; the ranges count numbers from there.
typedef struct {
    /// States with a row of their own, among them those of one byte and those of two; how far a hash of a start is shifted.
    uint32_t dense_count, single_count, pair_count, hash_shift;
    crules_range rows, steps, more, states, outputs, lengths, starts, short_starts, entries;
} crules_automaton;

/// The first edges of a state that has no row, or its third and fourth.
typedef struct {
    /// Where it falls back to; the edges, 0 where there is none.
    uint32_t fail, target, second;
    /// The byte of the first edge, 256 times that of the second, 65536 times the number of the record with the others, from 1.
    uint32_t bytes;
} crules_step;

/// Eight bytes with which a phrase starts, the first of them the lowest, and the state that they lead to.
typedef struct {
    uint32_t low, high, state, unused;
} crules_entry;

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

#pragma once

// PostgreSQL's client library, loaded only for a ledger on PostgreSQL: a program linked with it would need the library
// even if only SQLite is used, and would load its twenty dependencies before every check of one address.

#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#else
#include <libpq-fe.h>
#endif
#include <dlfcn.h>
#include <stddef.h>

// PQpipelineSync and its like came with PostgreSQL 14.
#ifndef LIBPQ_HAS_PIPELINING
#error "libpq 14 or later is needed"
#endif

#define LIBPQ_FUNCTIONS(each)     \
    each(PQconninfoParse)         \
    each(PQconninfoFree)          \
    each(PQfreemem)               \
    each(PQconnectdbParams)       \
    each(PQfinish)                \
    each(PQstatus)                \
    each(PQtransactionStatus)     \
    each(PQparameterStatus)       \
    each(PQerrorMessage)          \
    each(PQsocket)                \
    each(PQisBusy)                \
    each(PQconsumeInput)          \
    each(PQsendQuery)             \
    each(PQsendPrepare)           \
    each(PQsendQueryPrepared)     \
    each(PQenterPipelineMode)     \
    each(PQexitPipelineMode)      \
    each(PQsendQueryParams)       \
    each(PQpipelineSync)          \
    each(PQgetResult)             \
    each(PQclear)                 \
    each(PQresultStatus)          \
    each(PQresultErrorField)      \
    each(PQresultErrorMessage)    \
    each(PQcmdTuples)             \
    each(PQntuples)               \
    each(PQnfields)               \
    each(PQftype)                 \
    each(PQgetisnull)             \
    each(PQgetvalue)              \
    each(PQgetlength)             \
    each(PQsetNoticeProcessor)

struct libpq {
#define LIBPQ_MEMBER(name) __typeof__(name) *name;
    LIBPQ_FUNCTIONS(LIBPQ_MEMBER)
#undef LIBPQ_MEMBER
};

/// Fills the table. Returns what is missing, or NULL if nothing is.
static inline const char *libpq_open(struct libpq *table) {
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return dlerror();
#define LIBPQ_LOAD(name)                                             \
    table->name = (__typeof__(name) *)dlsym(library, #name);         \
    if (table->name == NULL) return "libpq.so.5 has no " #name ", it is older than PostgreSQL 14";
    LIBPQ_FUNCTIONS(LIBPQ_LOAD)
#undef LIBPQ_LOAD
    return NULL;
}

// PG_DIAG_SQLSTATE, a character that Swift cannot import as one.
static const int libpq_sqlstate = PG_DIAG_SQLSTATE;

static inline void libpq_ignore_notice(void *unused, const char *message) {
    (void)unused;
    (void)message;
}

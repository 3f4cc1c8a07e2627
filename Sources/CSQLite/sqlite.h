#ifndef MAILDIR_BOUNCE_SQLITE_H
#define MAILDIR_BOUNCE_SQLITE_H

#include <sqlite3.h>

// sqlite3_config() takes any number of arguments, as no function does that Swift can call. This stops SQLite from
// counting its memory under a lock at each allocation. To be called before anything else.
static inline int maildir_bounce_sqlite_counts_no_memory(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

// The same for sqlite3_db_config(): the connection leaves its WAL unchanged when it is closed.
static inline int maildir_bounce_sqlite_leaves_wal(sqlite3 *database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

#endif

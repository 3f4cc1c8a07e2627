#pragma once

#include <fcntl.h>

// The Glibc module that Swift imports is built without _GNU_SOURCE and so leaves renameat2(2) out. The C library has
// had the function since glibc 2.28; this repeats its declaration and the one flag that is used.
// The value of the flag is Linux's own, from <linux/fs.h>, and cannot change.

#define MAILDIR_RENAME_NOREPLACE 1u

// The Glibc module leaves O_NOATIME out for the same reason; this is the name under which the C library itself knows it.
enum { MAILDIR_O_NOATIME = __O_NOATIME };

int renameat2(int old_folder, const char *old_name, int new_folder, const char *new_name, unsigned int flags);

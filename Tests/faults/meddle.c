/* Runs a program and meddles with its system calls, by ptrace(2).
 *
 *   meddle FD SPEC… -- PROGRAM ARGUMENT…
 *
 *   count                             only counts
 *   kill CALLS N                      ends the program with SIGKILL at its N-th system call of these, before it is made
 *   fail CALLS PATH FIRST N ERRNO     lets N calls, from the FIRST on, fail with ERRNO (a number) without being made, or
 *                                     succeed without being made where it is 0
 *   hold CALLS PATH NTH CONTROL       stops the program before the NTH call, writes "held" to FD, and goes on when
 *                                     there is a byte, or an end, to be read from the descriptor CONTROL
 *
 * Calls are counted over all threads. CALLS are names with commas between, or * for all there are; PATH is a pattern
 * (fnmatch) for the file that a call is about: the path behind its descriptor, or the one that it names. Of two (rename,
 * link), either may match; with * any call does.
 *
 * At the end "calls N" and "met N", the number of calls in all and of calls that the first SPEC is about, go to FD. The
 * exit status is the program's, 128 and the signal where a signal ended it, 125 where it could not be run or traced.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <linux/ptrace.h>
#include <unistd.h>

enum place { NONE, FD, AT, PATH, AT_AT, PATH_PATH };

static const struct call {
    const char *name;
    long number;
    enum place place;
} calls[] = {
#define CALL(name, place) {#name, SYS_##name, place},
    CALL(read, FD) CALL(pread64, FD) CALL(write, FD) CALL(pwrite64, FD) CALL(fsync, FD) CALL(fdatasync, FD)
    CALL(ftruncate, FD) CALL(close, FD) CALL(flock, FD) CALL(getdents64, FD) CALL(fchmod, FD) CALL(fchown, FD)
    CALL(fallocate, FD) CALL(fstat, FD) CALL(fcntl, FD) CALL(utimensat, AT)
    CALL(openat, AT) CALL(unlinkat, AT) CALL(mkdirat, AT) CALL(newfstatat, AT) CALL(faccessat, AT)
    CALL(renameat2, AT_AT) CALL(linkat, AT_AT) CALL(clone3, NONE)
#ifdef SYS_open
    CALL(open, PATH) CALL(unlink, PATH) CALL(mkdir, PATH) CALL(stat, PATH) CALL(access, PATH)
    CALL(rename, PATH_PATH) CALL(link, PATH_PATH)
#endif
};

static struct thread {
    pid_t id;
    bool skips;  /* the call at hand is not made */
    int failure; /* the errno that it returns instead, or 0 */
} threads[64];

static struct spec {
    enum { COUNT, KILL, FAIL, HOLD } what;
    const char *calls, *path;
    long first, number;
    int failure, control;
    long met;
} specs[8];
static size_t spec_count;

static pid_t child;
static int report;

static void die(const char *what) {
    fprintf(stderr, "meddle: %s: %s\n", what, strerror(errno));
    if (child > 0) kill(child, SIGKILL);
    exit(125);
}

static struct thread *thread(pid_t id) {
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        if (threads[i].id == 0) threads[i] = (struct thread){id, false, 0};
        if (threads[i].id == id) return &threads[i];
    }
    errno = ENOMEM;
    die("too many threads");
    return NULL;
}

/* The string at an address of the program, empty where it cannot be read. */
static void read_string(pid_t id, uint64_t address, char *text, size_t size) {
    size_t length = 0;
    while (length + 1 < size) {
        size_t chunk = 4096 - (address + length) % 4096;
        if (chunk > size - 1 - length) chunk = size - 1 - length;
        struct iovec here = {text + length, chunk}, there = {(void *)(uintptr_t)(address + length), chunk};
        ssize_t got = process_vm_readv(id, &here, 1, &there, 1, 0);
        if (got <= 0) break;
        if (memchr(text + length, 0, (size_t)got)) return;
        length += (size_t)got;
    }
    text[length] = 0;
}

/* The path behind a descriptor, or of the working directory. */
static void read_link(pid_t id, int descriptor, char *path, size_t size) {
    char link[64];
    if (descriptor == AT_FDCWD) snprintf(link, sizeof link, "/proc/%d/cwd", id);
    else snprintf(link, sizeof link, "/proc/%d/fd/%d", id, descriptor);
    ssize_t length = readlink(link, path, size - 1);
    path[length < 0 ? 0 : length] = 0;
}

static bool matches_at(pid_t id, const char *pattern, int descriptor, uint64_t address) {
    static char name[PATH_MAX], path[2 * PATH_MAX + 2];
    read_string(id, address, name, sizeof name);
    if (name[0] == '/') return fnmatch(pattern, name, 0) == 0;
    read_link(id, descriptor, path, PATH_MAX);
    if (name[0]) {
        strcat(path, "/");
        strcat(path, name);
    }
    return fnmatch(pattern, path, 0) == 0;
}

static bool matches(pid_t id, const struct call *call, const uint64_t *arguments, const char *pattern) {
    static char path[PATH_MAX];
    switch (call->place) {
    case FD:
        read_link(id, (int)arguments[0], path, sizeof path);
        return fnmatch(pattern, path, 0) == 0;
    case AT: return matches_at(id, pattern, (int)arguments[0], arguments[1]);
    case AT_AT:
        return matches_at(id, pattern, (int)arguments[0], arguments[1]) ||
               matches_at(id, pattern, (int)arguments[2], arguments[3]);
    case PATH: return matches_at(id, pattern, AT_FDCWD, arguments[0]);
    case PATH_PATH:
        return matches_at(id, pattern, AT_FDCWD, arguments[0]) || matches_at(id, pattern, AT_FDCWD, arguments[1]);
    default: return false;
    }
}

/* Whether `name` is in the list, in which commas stand between the names. */
static bool is_listed(const char *list, const char *name) {
    size_t length = strlen(name);
    for (const char *at = list; at; at = strchr(at, ',')) {
        if (*at == ',') at++;
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == 0)) return true;
    }
    return false;
}

static void registers(pid_t id, struct user_regs_struct *values, bool set) {
    struct iovec vector = {values, sizeof *values};
    if (ptrace(set ? PTRACE_SETREGSET : PTRACE_GETREGSET, id, NT_PRSTATUS, &vector) != 0) die("registers");
}

/* Lets the kernel find no such call: nothing is done. */
static void skip_call(pid_t id) {
#if defined __x86_64__
    struct user_regs_struct values;
    registers(id, &values, false);
    values.orig_rax = (unsigned long long)-1;
    registers(id, &values, true);
#elif defined __aarch64__
    int none = -1;
    struct iovec vector = {&none, sizeof none};
    if (ptrace(PTRACE_SETREGSET, id, NT_ARM_SYSTEM_CALL, &vector) != 0) die("registers");
#else
#error "meddle knows x86-64 and AArch64"
#endif
}

static void set_result(pid_t id, long result) {
    struct user_regs_struct values;
    registers(id, &values, false);
#if defined __x86_64__
    values.rax = (unsigned long long)result;
#else
    values.regs[0] = (unsigned long long)result;
#endif
    registers(id, &values, true);
}

static const struct call *call_of(long number) {
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (calls[i].number == number) return &calls[i];
    return NULL;
}

/* Does to the call that a thread is about to make what the specs say. False where the program was killed. */
static bool meddle(pid_t id, struct thread *which, const struct ptrace_syscall_info *info) {
    const struct call *call = call_of((long)info->entry.nr);
    uint64_t arguments[6];
    memcpy(arguments, info->entry.args, sizeof arguments);
    for (struct spec *spec = specs; spec < specs + spec_count; spec++) {
        bool isAny = strcmp(spec->calls, "*") == 0;
        if (spec->what == COUNT || (!isAny && !(call && is_listed(spec->calls, call->name)))) continue;
        if (strcmp(spec->path, "*") != 0 && !(call && matches(id, call, arguments, spec->path))) continue;
        spec->met++;
        if (spec->met < spec->first || spec->met - spec->first >= spec->number) continue;
        if (spec->what == KILL) {
            kill(child, SIGKILL);
            return false;
        } else if (spec->what == FAIL) {
            skip_call(id);
            which->skips = true;
            which->failure = spec->failure;
            return true;
        } else {
            char byte;
            if (write(report, "held\n", 5) != 5) die("report");
            while (read(spec->control, &byte, 1) < 0 && errno == EINTR) {
            }
        }
    }
    return true;
}

static bool read_specs(char **words, int count) {
    for (int at = 0; at < count; spec_count++) {
        if (spec_count == sizeof specs / sizeof *specs) return false;
        struct spec *spec = &specs[spec_count];
        char **rest = words + at + 1;
        int left = count - at - 1;
        *spec = (struct spec){COUNT, "", "*", 0, 1, 0, -1, 0};
        if (strcmp(words[at], "count") == 0) {
            at += 1;
        } else if (strcmp(words[at], "kill") == 0 && left >= 2) {
            *spec = (struct spec){KILL, rest[0], "*", atol(rest[1]), 1, 0, -1, 0};
            at += 3;
        } else if (strcmp(words[at], "fail") == 0 && left >= 5) {
            *spec = (struct spec){FAIL, rest[0], rest[1], atol(rest[2]), atol(rest[3]), atoi(rest[4]), -1, 0};
            at += 6;
        } else if (strcmp(words[at], "hold") == 0 && left >= 4) {
            *spec = (struct spec){HOLD, rest[0], rest[1], atol(rest[2]), 1, 0, atoi(rest[3]), 0};
            at += 5;
        } else {
            return false;
        }
    }
    return spec_count > 0;
}

int main(int count, char **words) {
    int end = 1;
    while (end < count && strcmp(words[end], "--") != 0) end++;
    if (end < 3 || end + 1 >= count || !read_specs(words + 2, end - 2)) {
        fprintf(stderr, "meddle: see the top of meddle.c\n");
        return 64;
    }
    report = atoi(words[1]);

    child = fork();
    if (child < 0) die("fork");
    if (child == 0) {
        fcntl(report, F_SETFD, FD_CLOEXEC);
        for (size_t i = 0; i < spec_count; i++) {
            if (specs[i].control >= 0) fcntl(specs[i].control, F_SETFD, FD_CLOEXEC);
        }
        if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0) _exit(125);
        raise(SIGSTOP);
        execvp(words[end + 1], words + end + 1);
        _exit(125);
    }
    int status, outcome = 125;
    if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) die("trace");
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SETOPTIONS, child, 0, options) != 0) die("trace");
    ptrace(PTRACE_SYSCALL, child, 0, 0);

    bool runs = false;
    long made = 0;
    pid_t id;
    while ((id = waitpid(-1, &status, __WALL)) > 0) {
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (id == child) outcome = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            continue;
        }
        int signal = WSTOPSIG(status);
        bool isNew = true;
        for (size_t i = 0; i < sizeof threads / sizeof *threads && threads[i].id; i++) isNew &= threads[i].id != id;
        struct thread *which = thread(id);
        if (status >> 16 == PTRACE_EVENT_EXEC) runs = true;
        if (status >> 16 || (isNew && signal == SIGSTOP)) {
            signal = 0;
        } else if (signal == (SIGTRAP | 0x80)) {
            signal = 0;
            struct ptrace_syscall_info info;
            if (ptrace(PTRACE_GET_SYSCALL_INFO, id, sizeof info, &info) <= 0) continue;
            if (info.op == PTRACE_SYSCALL_INFO_EXIT && which->skips) {
                set_result(id, -which->failure);
                which->skips = false;
            } else if (info.op == PTRACE_SYSCALL_INFO_ENTRY && runs) {
                made++;
                if (!meddle(id, which, &info)) continue;
            }
        }
        ptrace(PTRACE_SYSCALL, id, 0, signal);
    }
    dprintf(report, "calls %ld\nmet %ld\n", made, specs[0].met);
    return outcome;
}

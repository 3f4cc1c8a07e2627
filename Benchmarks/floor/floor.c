/* What the file system itself asks for a scan: list new/, read each file, rename it into cur/. Nothing else is done, so no
 * program that reads a Maildir and empties it can be faster on the same folders.
 *
 *   cc -O2 -pthread -o floor floor.c
 *   floor MAILDIR THREADS [SYNC]     SYNC: fsync both folders after so many files of a thread, and at the end
 *
 * Prints one line: the number of files, and the seconds from start to end.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what) {
    fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int folder(const char *maildir, const char *name) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", maildir, name) >= (int)sizeof path) die("path too long");
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) die(path);
    return fd;
}

static char **names;
static size_t count;
static int source, target;
static long sync_after;

static void list(void) {
    int copy = openat(source, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = copy < 0 ? NULL : fdopendir(copy);
    if (dir == NULL) die("new");
    size_t room = 0;
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.') continue;
        if (count == room) {
            room = room ? room * 2 : 4096;
            names = realloc(names, room * sizeof *names);
            if (names == NULL) die("memory");
        }
        if ((names[count++] = strdup(entry->d_name)) == NULL) die("memory");
    }
    closedir(dir);
}

struct share {
    size_t from, to;
    unsigned long sum;
};

static void *work(void *argument) {
    struct share *share = argument;
    size_t room = 1 << 20;
    unsigned char *bytes = malloc(room);
    char name[512];
    long done = 0;
    if (bytes == NULL) die("memory");
    for (size_t i = share->from; i < share->to; i++) {
        int fd = openat(source, names[i], O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        struct stat info;
        if (fd < 0 || fstat(fd, &info) != 0) die(names[i]);
        if ((size_t)info.st_size > room) {
            room = (size_t)info.st_size;
            bytes = realloc(bytes, room);
            if (bytes == NULL) die("memory");
        }
        size_t got = 0;
        ssize_t n;
        while (got < (size_t)info.st_size && (n = read(fd, bytes + got, (size_t)info.st_size - got)) > 0) got += (size_t)n;
        /* A byte of each cache line, so that the read is not idle. */
        for (size_t k = 0; k < got; k += 64) share->sum += bytes[k];
        close(fd);
        snprintf(name, sizeof name, "%s:2,S", names[i]);
        if (renameat(source, names[i], target, name) != 0) die(name);
        if (sync_after > 0 && ++done % sync_after == 0 && (fsync(target) != 0 || fsync(source) != 0)) die("fsync");
    }
    free(bytes);
    return NULL;
}

int main(int argc, char **argv) {
    int threads = argc > 2 ? atoi(argv[2]) : 0;
    if (argc < 3 || argc > 4 || threads < 1 || threads > 64) {
        fprintf(stderr, "usage: floor MAILDIR THREADS [SYNC]\n");
        return 64;
    }
    if (argc == 4) sync_after = atol(argv[3]);
    source = folder(argv[1], "new");
    target = folder(argv[1], "cur");
    double start = seconds();
    list();
    pthread_t thread[64];
    struct share share[64] = {{0, 0, 0}};
    for (int i = 0; i < threads; i++) {
        share[i].from = count * (size_t)i / (size_t)threads;
        share[i].to = count * (size_t)(i + 1) / (size_t)threads;
        if ((errno = pthread_create(&thread[i], NULL, work, &share[i])) != 0) die("thread");
    }
    unsigned long sum = 0;
    for (int i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
        sum += share[i].sum;
    }
    if (sync_after > 0 && (fsync(target) != 0 || fsync(source) != 0)) die("fsync");
    printf("%zu files %.6f s %lu\n", count, seconds() - start, sum);
    return 0;
}

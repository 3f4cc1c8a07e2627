/* A clock that goes as it likes, for LD_PRELOAD: the first time asked it is CLOCK_START, in seconds since 1970 UTC, and
 * each further time CLOCK_STEP seconds more, or less. The other clocks of the system stay as they are. */
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t now(void) {
    static _Atomic long asked;
    const char *start = getenv("CLOCK_START"), *step = getenv("CLOCK_STEP");
    return (start ? atol(start) : 0) + (step ? atol(step) : 0) * atomic_fetch_add(&asked, 1);
}

time_t time(time_t *place) {
    time_t seconds = now();
    if (place) *place = seconds;
    return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *place) {
    if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) return (int)syscall(SYS_clock_gettime, clock, place);
    *place = (struct timespec){now(), 0};
    return 0;
}

int gettimeofday(struct timeval *place, void *zone) {
    (void)zone;
    *place = (struct timeval){now(), 0};
    return 0;
}

#include <sodium.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

// What is needed of the system beside libsodium. prctl takes a variable number of arguments, which Swift does not call.

// Turns core dumps off and keeps other processes of the user out; 0 where both were done.
static inline int dump_close_memory(void) {
    struct rlimit none = {0, 0};
    int core = setrlimit(RLIMIT_CORE, &none);
    return prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL) | core;
}

static inline int dump_memory_is_closed(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0
        && prctl(PR_GET_DUMPABLE, 0UL, 0UL, 0UL, 0UL) == 0;
}

// How many bytes may be locked; UINT64_MAX for any number.
static inline uint64_t dump_lock_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 0;
    return limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur;
}

// Whether as many bytes can be had and locked, which is tried.
static inline int dump_can_lock(size_t count) {
    void *probe = malloc(count);
    if (probe == NULL) return 0;
    int locked = sodium_mlock(probe, count) == 0;
    if (locked) sodium_munlock(probe, count);
    free(probe);
    return locked;
}

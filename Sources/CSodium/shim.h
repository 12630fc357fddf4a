#include <sodium.h>
#include <sys/mman.h>
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

// Whether as many bytes can be had and locked, which is tried: on pages of their own, because unlocking ends the lock of
// whatever else lies in a page, and because the sanitizers' allocators are not asked for sizes that they refuse.
static inline int dump_can_lock(size_t count) {
    void *probe = mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED) return 0;
    int locked = mlock(probe, count) == 0;
    munmap(probe, count);
    return locked;
}

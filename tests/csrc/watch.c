/* Counts what an audio thread must not do: heap, locks, waiting, system calls.
 *
 * The functions here replace those of the C library in every program that links this file. While a thread is armed,
 * each call counts and goes on to the library. System calls are stopped by the kernel (Syscall User Dispatch) before
 * they happen, counted in a signal handler, and then let through. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <ucontext.h>
#include <unistd.h>
#include <xmmintrin.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif
#define DISPATCH_OFF 0
#define DISPATCH_ON 1
#define SELECT_ALLOW 0
#define SELECT_BLOCK 1

typedef struct oct_test_counts {
    uint64_t allocations, releases, locks, waits, system_calls;
    int64_t system_call; /* number of the last one */
} oct_test_counts;

static _Thread_local volatile int armed;
static _Thread_local volatile uint8_t selector;
static _Thread_local oct_test_counts counts;

/* Where the first thing of an armed stretch happened, innermost caller first. */
enum { PLACES = 24 };
static _Thread_local void *places[PLACES];
static _Thread_local int place_count;

static void note_place(void) {
    if (place_count) return;
    uint8_t selected = selector;
    armed = 0;
    selector = SELECT_ALLOW;
    place_count = backtrace(places, PLACES);
    selector = selected;
    armed = 1;
}

#define NOTE(what) do { if (armed) { counts.what++; note_place(); } } while (0)

/* ------------------------------------------------------------------------------------------------ heap */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

/* Blocks that all threads have and have not given back. Relaxed: read when the others rest. */
static int64_t live;

int64_t oct_test_live(void) { return __atomic_load_n(&live, __ATOMIC_RELAXED); }

static void *born(void *block) {
    if (block) __atomic_fetch_add(&live, 1, __ATOMIC_RELAXED);
    return block;
}

void *malloc(size_t size) {
    NOTE(allocations);
    return born(__libc_malloc(size));
}
void *calloc(size_t count, size_t size) {
    NOTE(allocations);
    return born(__libc_calloc(count, size));
}
void *realloc(void *old, size_t size) {
    NOTE(allocations);
    void *block = __libc_realloc(old, size);
    if (!old) return born(block);
    if (!size) __atomic_fetch_sub(&live, 1, __ATOMIC_RELAXED);
    return block;
}
int posix_memalign(void **out, size_t alignment, size_t size) {
    NOTE(allocations);
    if (alignment % sizeof(void *) || !alignment || (alignment & (alignment - 1))) return EINVAL;
    void *block = born(__libc_memalign(alignment, size));
    if (!block) return ENOMEM;
    *out = block;
    return 0;
}
void *aligned_alloc(size_t alignment, size_t size) {
    NOTE(allocations);
    return born(__libc_memalign(alignment, size));
}
void *memalign(size_t alignment, size_t size) {
    NOTE(allocations);
    return born(__libc_memalign(alignment, size));
}
void free(void *block) {
    NOTE(releases);
    if (block) __atomic_fetch_sub(&live, 1, __ATOMIC_RELAXED);
    __libc_free(block);
}

/* ------------------------------------------------------------------------------------------------ locks */
typedef int (*lock_fn)(pthread_mutex_t *);
typedef int (*wait_fn)(pthread_cond_t *, pthread_mutex_t *);
typedef int (*timed_wait_fn)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
static lock_fn next_lock;
static wait_fn next_wait;
static timed_wait_fn next_timed_wait;

/* Before main: looking a name up may itself allocate and lock. */
__attribute__((constructor)) static void find_next(void) {
    next_lock = (lock_fn)dlsym(RTLD_NEXT, "pthread_mutex_lock");
    next_wait = (wait_fn)dlsym(RTLD_NEXT, "pthread_cond_wait");
    next_timed_wait = (timed_wait_fn)dlsym(RTLD_NEXT, "pthread_cond_timedwait");
}

int pthread_mutex_lock(pthread_mutex_t *mutex) {
    NOTE(locks);
    /* Before the constructor there is one thread only. */
    return next_lock ? next_lock(mutex) : 0;
}
int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex) {
    NOTE(waits);
    return next_wait(condition, mutex);
}
int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until) {
    NOTE(waits);
    return next_timed_wait(condition, mutex, until);
}

/* ------------------------------------------------------------------------------------------------ system calls */
static void on_system_call(int signal, siginfo_t *info, void *context) {
    (void)signal;
    ucontext_t *u = context;
    /* The rest of this armed stretch runs free: returning from here is a system call itself. */
    selector = SELECT_ALLOW;
    counts.system_calls++;
    counts.system_call = info->si_syscall;
    u->uc_mcontext.gregs[REG_RIP] -= 2; /* back to the two bytes of `syscall` */
}

/* Prepares this thread; 0, or the errno that says why system calls cannot be seen. */
int oct_test_watch_begin(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_system_call;
    action.sa_flags = SA_SIGINFO;
    if (sigaction(SIGSYS, &action, NULL)) return errno;
    selector = SELECT_ALLOW;
    backtrace(places, PLACES); /* the first call loads a library */
    if (prctl(PR_SET_SYSCALL_USER_DISPATCH, DISPATCH_ON, 0, 0, &selector)) return errno;
    return 0;
}

void oct_test_watch_end(void) { prctl(PR_SET_SYSCALL_USER_DISPATCH, DISPATCH_OFF, 0, 0, 0); }

void oct_test_arm(int system_calls) {
    memset(&counts, 0, sizeof counts);
    counts.system_call = -1;
    place_count = 0;
    armed = 1;
    if (system_calls) selector = SELECT_BLOCK;
}

oct_test_counts oct_test_disarm(void) {
    selector = SELECT_ALLOW;
    armed = 0;
    return counts;
}

/* The place of the latest armed stretch: as many of its callers as there are, at most `most`. */
int oct_test_places(void **out, int most) {
    int count = place_count < most ? place_count : most;
    memcpy(out, places, (size_t)count * sizeof *out);
    return count;
}

/* ------------------------------------------------------------------------------------------------ what must be caught */
enum { C_MALLOC, C_CALLOC, C_REALLOC, C_ALIGNED, C_FREE, C_LOCK, C_WAIT, C_GETPPID, C_WRITE_NOTHING };

void oct_test_misbehave(int kind) {
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    static void *volatile block;
    const struct timespec past = { 1, 0 };
    switch (kind) {
    case C_MALLOC: block = malloc(100); break;
    case C_CALLOC: block = calloc(10, 10); break;
    case C_REALLOC: block = realloc(NULL, 100); break;
    case C_ALIGNED: block = aligned_alloc(64, 128); break;
    case C_FREE: block = born(__libc_malloc(100)); free(block); return;
    case C_LOCK: pthread_mutex_lock(&mutex); pthread_mutex_unlock(&mutex); return;
    case C_WAIT:
        next_lock(&mutex);
        pthread_cond_timedwait(&condition, &mutex, &past);
        pthread_mutex_unlock(&mutex);
        return;
    case C_GETPPID: (void)getppid(); return;
    case C_WRITE_NOTHING: {
        ssize_t written = write(1, "", 0);
        (void)written;
        return;
    }
    default: return;
    }
    __atomic_fetch_sub(&live, 1, __ATOMIC_RELAXED);
    __libc_free(block);
}

/* ------------------------------------------------------------------------------------------------ FP mode */
uint32_t oct_test_fp_mode(void) { return _mm_getcsr(); }
void oct_test_set_fp_mode(uint32_t mode) { _mm_setcsr(mode); }

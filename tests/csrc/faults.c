/* Records every access to certain pages: its address, the instruction that made it, and whether it wrote.
 *
 * The pages are forbidden. An access faults; the handler records it, allows the pages, and asks the processor to stop
 * after the one instruction that runs next; then the pages are forbidden again. */
#define _GNU_SOURCE
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

typedef struct oct_test_pages { uintptr_t start; size_t length; } oct_test_pages;
typedef struct oct_test_access { uintptr_t address, instruction; uint64_t writes; } oct_test_access;

enum { MOST_PAGES = 8, MOST_ACCESSES = 1 << 16 };
enum { WRITES = 2 };       /* bit of the page fault's error code */
enum { TRAP_FLAG = 0x100 };

static oct_test_pages pages[MOST_PAGES];
static size_t pages_count;
static oct_test_access accesses[MOST_ACCESSES];
static volatile size_t accesses_count;
static struct sigaction old_segv, old_trap;

static void protect_all(int protection) {
    for (size_t i = 0; i < pages_count; i++) mprotect((void *)pages[i].start, pages[i].length, protection);
}

static void on_fault(int signal, siginfo_t *info, void *context) {
    ucontext_t *u = context;
    const uintptr_t address = (uintptr_t)info->si_addr;
    for (size_t i = 0; i < pages_count; i++) {
        if (address - pages[i].start >= pages[i].length) continue;
        if (accesses_count < MOST_ACCESSES) {
            oct_test_access *access = &accesses[accesses_count];
            access->address = address;
            access->instruction = (uintptr_t)u->uc_mcontext.gregs[REG_RIP];
            access->writes = (u->uc_mcontext.gregs[REG_ERR] & WRITES) != 0;
        }
        accesses_count++;
        protect_all(PROT_READ | PROT_WRITE);
        u->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
        return;
    }
    /* Not ours: let it kill, as without this handler. */
    sigaction(signal, &old_segv, NULL);
}

static void on_step(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)info;
    ucontext_t *u = context;
    u->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRAP_FLAG;
    protect_all(PROT_NONE);
}

/* Starts; 0, or -1 with more pages than there is room for. One thread at a time. */
int oct_test_record(const oct_test_pages *which, size_t count) {
    struct sigaction action;
    if (count > MOST_PAGES) return -1;
    memcpy(pages, which, count * sizeof *pages);
    pages_count = count;
    accesses_count = 0;
    memset(&action, 0, sizeof action);
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = on_fault;
    sigaction(SIGSEGV, &action, &old_segv);
    action.sa_sigaction = on_step;
    sigaction(SIGTRAP, &action, &old_trap);
    protect_all(PROT_NONE);
    return 0;
}

/* Ends; returns how many accesses there were. */
size_t oct_test_stop(void) {
    protect_all(PROT_READ | PROT_WRITE);
    sigaction(SIGSEGV, &old_segv, NULL);
    sigaction(SIGTRAP, &old_trap, NULL);
    pages_count = 0;
    return accesses_count;
}

oct_test_access oct_test_access_at(size_t index) { return accesses[index]; }

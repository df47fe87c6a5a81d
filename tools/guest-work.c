/* The load of a Linux guest that is relocated while it works: it judges itself.

   guest-work FILE [MIB]    until SIGTERM

   memory   MIB (8) of pages, rewritten one after another; each is checked against what was written before
   disk     FILE, 1 MiB, written and read back past the page cache, block by block, each with its number and round
   clock    both clocks and every CPU: none may be earlier than what any CPU saw before; the longest time a sleep of a
            millisecond took, at the highest priority, is the longest gap

   Once a second: WORK pages .. blocks .. samples .. gap_us .. errors ..
   At the end:    WORK VERDICT OK or FAILED and the same figures; gap_us is then the longest of all. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { page_size = 4096, words_in_page = page_size / 8, blocks = 256 };

static struct {
  atomic_ulong pages, blocks, samples, errors;
  atomic_ulong gap_us, longest_gap_us;
  atomic_ulong latest[2]; /* ns, of the two clocks */
} *shared;

static volatile sig_atomic_t ended;
static void end(int signal) { ended = signal; }

static void error(const char *what, uint64_t where) {
  atomic_fetch_add(&shared->errors, 1);
  printf("WORK ERROR %s at %llu\n", what, (unsigned long long)where);
  fflush(stdout);
}

static uint64_t now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Every word of a page or block tells which it is and of what round. */
static uint64_t word(uint64_t number, uint64_t round, unsigned i) {
  uint64_t x = (number << 32 | round) + i * 0x9E3779B97F4A7C15;
  x ^= x >> 29;
  return x * 0xBF58476D1CE4E5B9;
}
static void fill(uint64_t *page, uint64_t number, uint64_t round) {
  for (unsigned i = 0; i < words_in_page; ++i) page[i] = word(number, round, i);
}
static int holds(const uint64_t *page, uint64_t number, uint64_t round) {
  for (unsigned i = 0; i < words_in_page; ++i)
    if (page[i] != word(number, round, i)) return 0;
  return 1;
}

static void work_on_memory(uint64_t mib) {
  const uint64_t count = mib << 8;
  uint64_t *memory = mmap(0, count * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return error("mmap", 0);
  for (uint64_t n = 0; n < count; ++n) fill(memory + n * words_in_page, n, 0);
  for (uint64_t round = 0;; ++round) {
    for (uint64_t n = 0; n < count; ++n) {
      uint64_t *page = memory + n * words_in_page;
      if (!holds(page, n, round)) error("memory, page", n);
      fill(page, n, round + 1);
      atomic_fetch_add(&shared->pages, 1);
    }
    usleep(20000);  // leaves the CPU to the other workers
  }
}

static void work_on_disk(const char *path) {
  static uint64_t buffer[words_in_page] __attribute__((aligned(page_size)));
  const int file = open(path, O_RDWR | O_CREAT | O_DIRECT, 0600);
  if (file < 0) return error("open", 0);
  for (uint64_t round = 1;; ++round) {
    for (uint64_t n = 0; n < blocks; ++n) {
      fill(buffer, n, round);
      if (pwrite(file, buffer, page_size, (off_t)(n * page_size)) != page_size) error("write, block", n);
    }
    if (fsync(file) != 0) error("fsync, round", round);
    for (uint64_t n = 0; n < blocks; ++n) {
      if (pread(file, buffer, page_size, (off_t)(n * page_size)) != page_size) error("read, block", n);
      if (!holds(buffer, n, round)) error("disk, block", n);
      atomic_fetch_add(&shared->blocks, 1);
    }
  }
}

/* Reads a clock after what anybody saw of it, and says what it saw. */
static void look_at_clock(clockid_t clock, atomic_ulong *latest) {
  uint64_t before = atomic_load(latest);
  const uint64_t time = now(clock);
  if (time < before) error("clock went back, ns", before - time);
  while (before < time && !atomic_compare_exchange_weak(latest, &before, time)) {
  }
}

static void raise_to(atomic_ulong *most, uint64_t value) {
  uint64_t before = atomic_load(most);
  while (before < value && !atomic_compare_exchange_weak(most, &before, value)) {
  }
}

static void watch_clock(int cpu) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(cpu, &only);
  sched_setaffinity(0, sizeof only, &only);
  const struct sched_param priority = {.sched_priority = 50};
  sched_setscheduler(0, SCHED_FIFO, &priority);
  for (uint64_t last = now(CLOCK_MONOTONIC);;) {
    const struct timespec pause = {.tv_nsec = 1000000};
    nanosleep(&pause, 0);
    look_at_clock(CLOCK_MONOTONIC, &shared->latest[0]);
    look_at_clock(CLOCK_REALTIME, &shared->latest[1]);
    const uint64_t time = now(CLOCK_MONOTONIC), gap = (time - last) / 1000;
    last = time;
    raise_to(&shared->gap_us, gap);
    raise_to(&shared->longest_gap_us, gap);
    atomic_fetch_add(&shared->samples, 1);
  }
}

static int starts_child(void) {
  if (fork() != 0) return 0;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  return 1;
}

static void report(const char *verdict, uint64_t gap_us) {
  printf("WORK%s pages %lu blocks %lu samples %lu gap_us %llu errors %lu\n", verdict, atomic_load(&shared->pages),
         atomic_load(&shared->blocks), atomic_load(&shared->samples), (unsigned long long)gap_us, atomic_load(&shared->errors));
  fflush(stdout);
}

int main(int count, char **words) {
  if (count < 2) return 2;
  shared = mmap(0, page_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
  if (starts_child()) {
    work_on_memory(count > 2 ? strtoul(words[2], 0, 10) : 8);
    return 1;
  }
  if (starts_child()) {
    work_on_disk(words[1]);
    return 1;
  }
  for (int cpu = 0; cpu < cpus; ++cpu)
    if (starts_child()) watch_clock(cpu);
  signal(SIGTERM, end);
  while (!ended) {
    sleep(1);
    report("", atomic_exchange(&shared->gap_us, 0));
  }
  const int failed = atomic_load(&shared->errors) != 0;
  report(failed ? " VERDICT FAILED" : " VERDICT OK", atomic_load(&shared->longest_gap_us));
  return failed;
}

// Sixteen CPUs (or as many as there are) at once: counters with each kind of interlocked update, translations and keys taken away from
// under the others, and all orders of SIGNAL PROCESSOR. Ends with code 0 when every count is right; each other code says what was not.
#include "guest.h"

enum { most_cpus = 16, rounds = 200, rare_rounds = 4, signals = 3 };
enum { window_page = 0xE00000, window_segment = 0xF00000 };  // virtual; the frames behind them change
enum failure {
  wrong_cs = 0x10, wrong_csg, wrong_cds, wrong_cdsg, wrong_laa, wrong_laag, wrong_lao, wrong_lax, wrong_asi, wrong_plo, wrong_transactions,
  wrong_constrained, old_page_seen = 0x20, old_segment_seen, wrong_key, wrong_signals = 0x30, wrong_order = 0x40, wrong_status = 0x60,
};

struct cpu_area {
  u64 counted;                          // by count_marked
  volatile u32 emergencies, calls;      // interruptions taken
  volatile u64 control;                 // what the CPU does next
  u8 stack[4096], external_stack[4096];
} __attribute__((aligned(256)));
static struct cpu_area areas[most_cpus];
static unsigned cpus;
static u8 prefixes[most_cpus][8192] __attribute__((aligned(8192)));

static u64 segment_table[2048] __attribute__((aligned(16384)));
static u64 page_tables[16][256] __attribute__((aligned(2048)));
static u64 window_tables[2][256] __attribute__((aligned(2048)));
static volatile u64 frames[4][512] __attribute__((aligned(4096)));

// Each in lines of its own where it must be aligned; the others share on purpose.
static struct {
  volatile u32 cs, laa, plo;
  volatile u64 csg, laag, asi, lao, lax;
  volatile u32 cds[2] __attribute__((aligned(8)));
  volatile u64 cdsg[2] __attribute__((aligned(16)));
  volatile u64 transactions[2], constrained[2];
} counters __attribute__((aligned(256)));
static volatile u32 arrived, window_lock;

extern u8 new_psws[];
void cpu_entry(void);
void count_marked(u64 *counter) __attribute__((noreturn));

static unsigned this_cpu(void) {
  u16 address;
  __asm__ volatile("stap %0" : "=Q"(address));
  return address;
}

static u32 add(volatile u32 *counter, u32 by) {
  u32 old;
  __asm__ volatile("laa %0,%2,%1" : "=d"(old), "+S"(*counter) : "d"(by) : "cc", "memory");
  return old;
}
static void wait_for_all(unsigned step) {
  add(&arrived, 1);
  while (arrived < step * cpus) {}
}

static unsigned signal(unsigned target, unsigned order, u64 parameter, u32 *status) {
  register u64 r2 __asm__("2") = 0;
  register u64 r3 __asm__("3") = parameter;
  unsigned cc;
  __asm__ volatile("sigp %1,%3,0(%4)\n\tipm %0\n\tsrl %0,28" : "=d"(cc), "+d"(r2) : "d"(r3), "d"((u64)target), "a"((u64)order) : "cc", "memory");
  if (status) *status = (u32)r2;
  return cc;
}
enum order {
  sense = 1, external_call, emergency_signal, start, stop, restart, stop_and_store_status = 9, initial_cpu_reset = 0x0B, cpu_reset, set_prefix,
  store_status_at_address, set_architecture = 0x12, conditional_emergency, sense_running = 0x15, store_additional_status = 0x17,
};
// As long as the target is busy with an earlier order.
static unsigned signal_patiently(unsigned target, enum order order, u64 parameter, u32 *status) {
  unsigned cc;
  while ((cc = signal(target, order, parameter, status)) == 2) {}
  return cc;
}
// The first one to fail stops the others and ends the run.
void fail(u64 why) __attribute__((noreturn));
void fail(u64 why) {
  static volatile u32 failures;
  if (add(&failures, 1) != 0) for (;;) {}
  u32 status;
  for (unsigned n = 0; n < cpus; ++n)
    while (n != this_cpu() && (signal(n, stop, 0, 0), signal(n, sense, 0, &status) != 1 || !(status & 0x40))) {}
  guest_end(why);
}
static void order(unsigned target, enum order what, u64 parameter) {
  if (signal_patiently(target, what, parameter, 0) != 0) fail(wrong_order + what);
}

// --- Interlocked updates

static void compare_and_swap_all(void) {
  u32 old = counters.cs, new;
  do new = old + 1;
  while (({ int cc; __asm__ volatile("cs %0,%3,%1\n\tipm %2\n\tsrl %2,28" : "+d"(old), "+Q"(counters.cs), "=d"(cc) : "d"(new) : "cc"); cc; }));
  u64 old_g = counters.csg, new_g;
  do new_g = old_g + 1;
  while (({ int cc; __asm__ volatile("csg %0,%3,%1\n\tipm %2\n\tsrl %2,28" : "+d"(old_g), "+S"(counters.csg), "=d"(cc) : "d"(new_g) : "cc"); cc; }));
}

// Both halves count alike; the pair is read as one by a comparison that fails first.
static void compare_double_and_swap_all(void) {
  register u32 a __asm__("2") = counters.cds[0];
  register u32 b __asm__("3") = counters.cds[1];
  register u32 c __asm__("4");
  register u32 d __asm__("5");
  int cc;
  do {
    c = a + 1;
    d = b + 1;
    __asm__ volatile("cds %0,%4,%2\n\tipm %3\n\tsrl %3,28" : "+d"(a), "+d"(b), "+Q"(counters.cds), "=&d"(cc) : "d"(c), "d"(d) : "cc");
  } while (cc);
  register u64 e __asm__("2") = counters.cdsg[0];
  register u64 f __asm__("3") = counters.cdsg[1];
  register u64 g __asm__("4");
  register u64 h __asm__("5");
  do {
    g = e + 1;
    h = f + 1;
    __asm__ volatile("cdsg %0,%4,%2\n\tipm %3\n\tsrl %3,28" : "+d"(e), "+d"(f), "+S"(counters.cdsg), "=&d"(cc) : "d"(g), "d"(h) : "cc");
  } while (cc);
}

static void load_and_change(u64 bit) {
  u64 old;
  add(&counters.laa, 1);
  __asm__ volatile("laag %0,%2,%1" : "=d"(old), "+S"(counters.laag) : "d"(1UL) : "cc");
  __asm__ volatile("laog %0,%2,%1" : "=d"(old), "+S"(counters.lao) : "d"(bit) : "cc");
  if (old & bit) fail(wrong_lao);
  __asm__ volatile("lang %0,%2,%1" : "=d"(old), "+S"(counters.lao) : "d"(~bit) : "cc");
  if (!(old & bit)) fail(wrong_lao);
  __asm__ volatile("laxg %0,%2,%1" : "=d"(old), "+S"(counters.lax) : "d"(bit) : "cc");
  __asm__ volatile("agsi %0,1" : "+S"(counters.asi) : : "cc");
}

// Compare and swap under the lock of PERFORM LOCKED OPERATION.
static void locked_operation(void) {
  register u64 function __asm__("0") = 4;
  register u64 token __asm__("1") = (u64)&counters.plo;
  register u32 old __asm__("2");
  register u32 new __asm__("3");
  int cc;
  do {
    old = counters.plo;
    new = old + 1;
    __asm__ volatile("plo %0,%1,%0,%1\n\tipm %2\n\tsrl %2,28" : "+d"(old), "+Q"(counters.plo), "=&d"(cc) : "d"(new), "d"(function), "d"(token) : "cc", "memory");
  } while (cc);
}

static void transactions(void) {
  int cc;
  do {
    __asm__ volatile("tbegin 0,0xFF00\n\tipm %0\n\tsrl %0,28\n\tltr %0,%0\n\tjnz 0f\n\t"
                     "agsi %1,1\n\tagsi %2,1\n\ttend\n0:"
                     : "=&d"(cc), "+S"(counters.transactions[0]), "+S"(counters.transactions[1]) : : "cc", "memory");
  } while (cc);
  __asm__ volatile("tbeginc 0,0xFF00\n\tagsi %0,1\n\tagsi %1,1\n\ttend" : "+S"(counters.constrained[0]), "+S"(counters.constrained[1]) : : "cc", "memory");
}

// --- Translations and keys

enum { live = 1, dead = 2, invalid_entry = 0x400, invalid_segment = 0x20 };

static int try_lock(void) {
  u32 zero = 0;
  int cc;
  __asm__ volatile("cs %0,%3,%1\n\tipm %2\n\tsrl %2,28" : "+d"(zero), "+Q"(window_lock), "=d"(cc) : "d"(1) : "cc", "memory");
  return !cc;
}
static void unlock(void) {
  __asm__ volatile("bcr 15,0" : : : "memory");
  window_lock = 0;
}

// The page moves to the other frame; what is left behind must not be seen through the window any more.
static void move_page(void) {
  volatile u64 *entry = &page_tables[window_page >> 20][(window_page >> 12) & 255];
  unsigned now = (*entry & ~0xFFFUL) == (u64)frames[0] ? 0 : 1;
  u64 origin = (u64)page_tables[window_page >> 20];
  __asm__ volatile("ipte %0,%1" : : "d"(origin), "d"((u64)window_page) : "memory", "cc");
  frames[now][0] = dead;
  frames[!now][0] = live;
  *entry = (u64)frames[!now];
}
static void move_segment(void) {
  volatile u64 *entry = &segment_table[window_segment >> 20];
  unsigned now = (*entry & ~0x7FFUL) == (u64)window_tables[0] ? 0 : 1;
  register u64 origin __asm__("2") = (u64)segment_table;  // and its designation type: a segment table
  register u64 designation __asm__("4") = 0;
  register u64 page __asm__("3") = window_segment;
  __asm__ volatile("idte %0,%1,%2" : : "d"(origin), "d"(designation), "d"(page) : "memory", "cc");
  frames[2 + now][0] = dead;
  frames[2 + !now][0] = live;
  *entry = (u64)window_tables[!now];
}
static void change_keys(unsigned n) {
  u64 page = (u64)frames[0], key = n << 4;
  __asm__ volatile("sske %0,%1" : : "d"(key), "a"(page) : "memory");
  __asm__ volatile("iske %0,%1" : "+d"(key) : "a"(page));
  if ((key & 0xF0) != (n << 4)) fail(wrong_key);
  key = 0;
  __asm__ volatile("sske %0,%1" : : "d"(key), "a"(page) : "memory");
}
static void translations(unsigned n) {
  if (try_lock()) {
    move_page();
    move_segment();
    change_keys(n);
    unlock();
  }
  if (*(volatile u64 *)window_page == dead) fail(old_page_seen);
  if (*(volatile u64 *)window_segment == dead) fail(old_segment_seen);
}

// --- Signals

void external_interruption(void) {
  struct cpu_area *area = &areas[this_cpu()];
  u16 code = low_core16(0x86);
  if (code == 0x1201) area->emergencies++;
  else if (code == 0x1202) area->calls++;
  else fail(wrong_signals);
}

// To the next CPU, which gets signals from this one alone; it has to take one before it gets the other.
static void exchange_signals(unsigned n) {
  struct cpu_area *next = &areas[(n + 1) % cpus];
  unsigned target = (n + 1) % cpus;
  set_system_mask(0x05);  // DAT and external
  for (u32 i = 1; i <= signals; ++i) {
    order(target, emergency_signal, 0);
    order(target, external_call, 0);
    while (next->emergencies != i || next->calls != i) {}
  }
  wait_for_all(4);
  // Nobody waits or is open for I/O: the signal goes through.
  order(target, conditional_emergency, 0xFFFF);
  while (next->emergencies != signals + 1) {}
  wait_for_all(5);
  set_system_mask(0x04);
}

static void wait_until_stopped(unsigned target) {
  u32 status = 0;
  while (signal(target, sense, 0, &status) != 1 || !(status & 0x40)) {}
  if (signal(target, sense_running, 0, &status) != 1 || status != 0x400) fail(wrong_order + sense_running);
}
static void wait_until_it_counts(struct cpu_area *area) {
  u64 was = *(volatile u64 *)&area->counted;
  while (*(volatile u64 *)&area->counted < was + 2) {}
}

// Every order on a CPU that counts with a mark in register 7.
static void order_about(unsigned target) {
  static u8 stores[most_cpus][4096] __attribute__((aligned(4096)));
  struct cpu_area *area = &areas[target];
  u8 *at = stores[target];
  u8 *low = prefixes[target];
  wait_until_it_counts(area);
  order(target, stop, 0);
  wait_until_stopped(target);
  order(target, store_status_at_address, (u64)at);
  if (*(u64 *)(at + 0x80 + 7 * 8) != 0x4D41524B) fail(wrong_status);       // general register 7 of the save area
  order(target, store_additional_status, (u64)at + 1024);
  order(target, set_prefix, (u64)low);
  order(target, start, 0);
  wait_until_it_counts(area);
  *(volatile u64 *)(low + 0x1280 + 7 * 8) = 0;
  order(target, stop_and_store_status, 0);
  wait_until_stopped(target);
  if (*(volatile u64 *)(low + 0x1280 + 7 * 8) != 0x4D41524B) fail(wrong_status + 1);
  order(target, cpu_reset, 0);
  wait_until_stopped(target);
  area->control = 2;
  order(target, restart, 0);
  wait_until_it_counts(area);
  u32 status = 0;
  if (signal_patiently(target, set_prefix, (u64)low, &status) != 1 || status != 0x200) fail(wrong_order + set_prefix);  // it runs
  if (signal_patiently(target, set_architecture, 1, &status) != 1) fail(wrong_order + set_architecture);
  if (signal_patiently(target, 0x7F, 0, &status) != 1 || status != 0x02) fail(wrong_order + 0x1F);
  order(target, initial_cpu_reset, 0);
  wait_until_stopped(target);
  order(target, set_prefix, (u64)low);  // the reset took it away
  area->control = 3;
  order(target, restart, 0);
}

// --- All together

static void check(void) {
  u32 all = cpus * rounds, few = cpus * rare_rounds;
  if (counters.cs != all) fail(wrong_cs);
  if (counters.csg != all) fail(wrong_csg);
  if (counters.cds[0] != all || counters.cds[1] != all) fail(wrong_cds);
  if (counters.cdsg[0] != all || counters.cdsg[1] != all) fail(wrong_cdsg);
  if (counters.laa != all) fail(wrong_laa);
  if (counters.laag != all) fail(wrong_laag);
  if (counters.lao != 0) fail(wrong_lao);
  if (counters.lax != 0) fail(wrong_lax);  // an even number of times each
  if (counters.asi != all) fail(wrong_asi);
  if (counters.plo != all) fail(wrong_plo);
  if (counters.transactions[0] != few || counters.transactions[1] != few) fail(wrong_transactions);
  if (counters.constrained[0] != few || counters.constrained[1] != few) fail(wrong_constrained);
}

static void hammer(unsigned n) {
  u64 bit = 1UL << n;
  for (unsigned i = 0; i < rounds; ++i) {
    compare_and_swap_all();
    compare_double_and_swap_all();
    load_and_change(bit);
    locked_operation();
    if (i % (rounds / rare_rounds) == 0) {
      transactions();
      translations(n);
    }
  }
}

u64 cpu_main(void) {
  unsigned n = this_cpu();
  struct cpu_area *area = &areas[n];
  if (area->control == 0) {
    area->control = 1;
    wait_for_all(1);
    hammer(n);
    wait_for_all(2);
    if (n == 0) check();
    wait_for_all(3);
    exchange_signals(n);
  }
  // Half of the CPUs order the other half about.
  if (n % 2 == 1 && area->control < 3) count_marked(&area->counted);
  if (n % 2 == 0 && n + 1 < cpus) order_about(n + 1);
  add(&arrived, 1);
  while (arrived < 6 * cpus) {}
  if (n != 0) for (;;) signal(n, stop, 0, 0);
  return 0;
}

static u64 designation(void) { return (u64)segment_table; }  // a segment table of 512 entries

static void make_tables(void) {
  for (unsigned i = 0; i < 512; ++i) segment_table[i] = i < 16 ? (u64)page_tables[i] : invalid_segment;
  for (u64 i = 0; i < 16; ++i)
    for (u64 j = 0; j < 256; ++j) page_tables[i][j] = i << 20 | j << 12;
  for (unsigned i = 0; i < 2; ++i)
    for (unsigned j = 0; j < 256; ++j) window_tables[i][j] = j == 0 ? (u64)frames[2 + i] : invalid_entry;
  page_tables[window_page >> 20][(window_page >> 12) & 255] = (u64)frames[0];
  segment_table[window_segment >> 20] = (u64)window_tables[0];
  frames[0][0] = frames[2][0] = live;
}

static void make_prefix_area(u8 *low, unsigned n) {
  memcpy(low + 0x1A0, new_psws, 96);
  *(u64 *)(low + 0x300) = (u64)(areas[n].stack + sizeof areas[n].stack - 160);
  *(u64 *)(low + 0x308) = (u64)(areas[n].external_stack + sizeof areas[n].external_stack - 160);
  *(u64 *)(low + 0x310) = designation();
}

void prepare(void) {
  u32 status;
  for (cpus = 1; cpus < most_cpus && signal(cpus, sense, 0, &status) != 3; ++cpus) {}
  make_tables();
  make_prefix_area((u8 *)low_core, 0);
  for (unsigned n = 1; n < cpus; ++n) {
    make_prefix_area(prefixes[n], n);
    order(n, set_prefix, (u64)prefixes[n]);
    order(n, restart, 0);
  }
}

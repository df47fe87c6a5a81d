// FILL: a guest for measuring relocation. Its storage is full of numbers, or empty; it stands idle but for a beat, or changes
// pages at a set rate.
//
//  fill N     every page from 8 MiB up to N MiB gets other contents than all others
//  touch N    every page up to there is stored into, and is zero
//  rate N     so many pages a second get one doubleword changed, one page after the other
//  verdict    the longest gap between two beats since the last verdict, and whether every change is there
#include "guest.h"

enum { first_page = 2048, page_bytes = 4096, beat_us = 10000, beats_per_second = 100, tod_us = 4096 };

static volatile u64 beats, longest_gap_us, last_beat;

void external_interruption(void) {
  enum { clock_comparator = 0x1004 };
  if (low_core16(0x86) != clock_comparator) return;
  const u64 now = store_clock(), gap_us = (now - last_beat) / tod_us;
  if (gap_us > longest_gap_us) longest_gap_us = gap_us;
  last_beat = now;
  ++beats;
  set_clock_comparator(now + beat_us * tod_us);
}

static u64 pages, next_page, rate, changes, changed_at_beat;

static u64 *page_at(u64 n) { return (u64 *)((first_page + n) * page_bytes); }

static void begin_measurement(void) {
  last_beat = store_clock();
  longest_gap_us = 0;
}

// The doubleword that changes counts the changes of its page.
static void fill(u64 mib) {
  pages = mib * 256 > first_page ? mib * 256 - first_page : 0;
  next_page = changes = 0;
  for (u64 n = 0; n < pages; ++n) {
    fill_page(page_at(n), (n + 1) * 0x2545F4914F6CDD1DUL);
    page_at(n)[1] = 0;
  }
  begin_measurement();
  print_line("FILLED");
}

static void touch(u64 mib) {
  for (u64 n = 0; first_page + n < mib * 256; ++n) *(volatile u64 *)page_at(n) = 0;
  begin_measurement();
  print_line("FILLED");
}

static void set_rate(u64 pages_per_second) {
  rate = pages_per_second;
  print_line("RATE SET");
}

static void change_pages(void) {
  if (pages == 0 || beats == changed_at_beat) return;
  changed_at_beat = beats;
  for (u64 i = 0; i < rate / beats_per_second; ++i) {
    ++page_at(next_page)[1];
    ++changes;
    next_page = next_page + 1 == pages ? 0 : next_page + 1;
  }
}

static void print_verdict(void) {
  u64 found = 0;
  for (u64 n = 0; n < pages; ++n) found += page_at(n)[1];
  char line[128], *end = put_number(put_text(line, "LONGEST GAP US "), longest_gap_us);
  end = put_number(put_text(end, " CHANGES "), changes);
  put_text(end, found == changes ? " OK" : " LOST");
  print_line(line);
  begin_measurement();
}

static int begins_with(const char *line, const char *word) {
  while (*word && *line == *word) ++line, ++word;
  return *word == 0;
}

static void obey(const char *line) {
  if (begins_with(line, "fill ")) fill(parse_number(line + 5));
  else if (begins_with(line, "touch ")) touch(parse_number(line + 6));
  else if (begins_with(line, "rate ")) set_rate(parse_number(line + 5));
  else if (same_text(line, "verdict")) print_verdict();
  else print_line("COMMANDS: FILL mebibytes, TOUCH mebibytes, RATE pages-a-second, VERDICT");
}

u64 guest_main(void) {
  if (!open_console()) return 0xC0;
  print_line("FILL IS READY");
  last_beat = store_clock();
  set_clock_comparator(last_beat + beat_us * tod_us);
  for (char line[64];;) {
    set_system_mask(masks_on);
    change_pages();
    set_system_mask(masks_off);
    drive_console();
    if (take_input(line, sizeof line)) obey(line);
    wait_for_interruption();
  }
}

// BEAT: a supervisor that does all that a relocation could break, and notices when it does.
//
//  - a beat every 10 ms by the clock comparator; gaps are measured by the TOD clock
//  - a working set whose pages are rewritten at a set rate; each is summed again before it is rewritten, and compared
//  - numbered records on the minidisk at 0100, written, read back and compared
//  - a line a second on the console, and commands from it: verdict, rate N, set N, stop
//
// All work happens in the main loop; interruptions only take notes.
#include "guest.h"

enum { beat_us = 10000, beats_per_second = 100, disk_every_beats = 5 };
enum { working_set_start = 0x400000, page_bytes = 4096, most_pages = 65536 };
static const u64 tod_us = 4096;  // TOD units in a microsecond

// ---------------------------------------------------------------------------------------------------- beats
static volatile u64 beats, missed, longest_gap_us, backward_steps;
static volatile u64 last_beat, next_beat;

void external_interruption(void) {
  enum { clock_comparator = 0x1004 };
  if (low_core16(0x86) != clock_comparator) return;
  const u64 now = store_clock();
  if (now < last_beat) ++backward_steps;
  const u64 gap_us = (now - last_beat) / tod_us;
  if (gap_us > longest_gap_us) longest_gap_us = gap_us;
  ++beats;
  last_beat = now;
  next_beat += beat_us * tod_us;
  while (next_beat <= now) {
    ++missed;
    next_beat += beat_us * tod_us;
  }
  set_clock_comparator(next_beat);
}

static void start_beating(void) {
  last_beat = store_clock();
  next_beat = last_beat + beat_us * tod_us;
  set_clock_comparator(next_beat);
}

// ---------------------------------------------------------------------------------------------------- storage
static u64 sums[most_pages];  // of each page of the working set as last written
static u64 generation[most_pages];
static u64 pages = 4096, rate = 2000;  // pages in the set, pages rewritten a second
static u64 next_page, pages_forgiven;
static u64 storage_errors, pages_written, work_instructions;

static void *page_at(u64 n) { return (void *)(working_set_start + n * page_bytes); }

static void rewrite_next_page(void) {
  enum { instructions_of_fill = 512 * 6, instructions_of_sum = 512 * 5 };  // the loops of start.S
  const u64 n = next_page;
  if (generation[n] != 0) {
    if (sum_page(page_at(n)) != sums[n]) ++storage_errors;
    work_instructions += instructions_of_sum;
  }
  ++generation[n];
  sums[n] = fill_page(page_at(n), n << 32 ^ generation[n] * 0x2545F4914F6CDD1DUL);
  work_instructions += instructions_of_fill;
  ++pages_written;
  next_page = (n + 1) % pages;
}

// Every page once more: the whole working set is what it should be. The beats go on meanwhile.
static void verify_all_pages(void) {
  set_system_mask(masks_on);
  for (u64 n = 0; n < most_pages; ++n)
    if (generation[n] != 0 && sum_page(page_at(n)) != sums[n]) ++storage_errors;
  set_system_mask(masks_off);
}

static int pages_are_owed(void) { return pages_written + pages_forgiven < beats * rate / beats_per_second; }

static void set_rate(u64 pages_per_second) {
  rate = pages_per_second;
  pages_forgiven = beats * rate / beats_per_second - pages_written;
}

// ---------------------------------------------------------------------------------------------------- disk
// Records live from cylinder 1 of the minidisk; cylinder 0 holds the IPL text.
enum { first_cylinder = 1, data_cylinders = 2, tracks_per_cylinder = 15, records_per_track = 12 };
enum { disk_tracks = data_cylinders * tracks_per_cylinder, disk_records = disk_tracks * records_per_track };
enum { define_extent = 0x63, locate_record = 0x47, write_data = 0x05, read_data = 0x06, write_ckd = 0x1D };
enum { locate_write = 0x01, locate_format = 0x03, locate_read = 0x06 };

static struct device disk;
static enum { disk_absent, probing, formatting, disk_ready, disk_writing, disk_reading } disk_state;
static u64 disk_errors, disk_writes, disk_reads, record_number, next_disk_beat, format_track;
static u8 last_sense[4];
static u64 disk_buffer[page_bytes / 8] __attribute__((aligned(4096)));
static struct ccw disk_program[2 + records_per_track];
static u8 extent[16], location[16], counts[records_per_track][8];

static void put_cchh(u8 *at, u64 track) {
  const u64 cylinder = first_cylinder + track / tracks_per_cylinder;
  at[0] = (u8)(cylinder >> 8);
  at[1] = (u8)cylinder;
  at[2] = 0;
  at[3] = (u8)(track % tracks_per_cylinder);
}

static void begin_disk_program(u64 track, u8 operation, u8 record, u8 count) {
  enum { eckd = 0xC0, update_writes = 0x80, all_writes = 0xC0 };
  memset(extent, 0, sizeof extent);
  extent[0] = operation == locate_format ? all_writes : update_writes;
  extent[1] = eckd;
  put_cchh(extent + 8, 0);
  put_cchh(extent + 12, disk_tracks - 1);
  memset(location, 0, sizeof location);
  location[0] = operation;
  location[3] = count;
  put_cchh(location + 4, track);
  put_cchh(location + 8, track);
  location[12] = record;
  location[13] = 0xFF;  // no sector
  disk_program[0] = (struct ccw){define_extent, chain_command, sizeof extent, (u32)(u64)extent};
  disk_program[1] = (struct ccw){locate_record, chain_command, sizeof location, (u32)(u64)location};
}

static void transfer_record(u64 number, u8 operation, u8 command) {
  const u64 slot = number % disk_records;
  begin_disk_program(slot / records_per_track, operation, (u8)(slot % records_per_track + 1), 1);
  disk_program[2] = (struct ccw){command, 0, page_bytes, (u32)(u64)disk_buffer};
  if (start_io(&disk, disk_program) != 0) ++disk_errors;
}

// Twelve records of 4096 zeros: a count with no data behind it is written as zeros (WRITE CKD of 8 bytes).
static void format_next_track(void) {
  begin_disk_program(format_track, locate_format, 0, records_per_track);
  for (unsigned i = 0; i < records_per_track; ++i) {
    put_cchh(counts[i], format_track);
    counts[i][4] = (u8)(i + 1);
    counts[i][5] = 0;
    counts[i][6] = page_bytes >> 8;
    counts[i][7] = 0;
    const u8 chain = i + 1 < records_per_track ? chain_command : 0;
    disk_program[2 + i] = (struct ccw){write_ckd, chain | suppress_length, 8, (u32)(u64)counts[i]};
  }
  if (start_io(&disk, disk_program) != 0) ++disk_errors;
  ++format_track;
}

static void open_disk(void) {
  if (!find_device(&disk, 0x0100)) return;
  disk_state = probing;
  transfer_record(disk_records - 1, locate_read, read_data);  // the last one to be formatted
}

static void start_write(void) {
  ++record_number;
  for (unsigned i = 0; i < page_bytes / 8; ++i) disk_buffer[i] = record_number * 0x9E3779B97F4A7C15UL + i;
  disk_state = disk_writing;
  transfer_record(record_number, locate_write, write_data);
}

static void count_disk_error(void) {
  ++disk_errors;
  memcpy(last_sense, disk.irb.sense, sizeof last_sense);
}

static void check_record(void) {
  ++disk_reads;
  for (unsigned i = 0; i < page_bytes / 8; ++i)
    if (disk_buffer[i] != record_number * 0x9E3779B97F4A7C15UL + i) {
      ++disk_errors;
      return;
    }
}

static void drive_disk(void) {
  if (disk_state == disk_absent || disk.busy) return;
  switch (disk_state) {
    case probing:
      disk_state = io_ok(&disk) ? disk_ready : formatting;
      break;
    case formatting:
      if (format_track != 0 && !io_ok(&disk)) count_disk_error();
      if (format_track == disk_tracks) disk_state = disk_ready;
      else format_next_track();
      break;
    case disk_ready:
      if (beats < next_disk_beat) break;
      next_disk_beat = beats + disk_every_beats;
      start_write();
      break;
    case disk_writing:
      if (!io_ok(&disk)) count_disk_error();
      ++disk_writes;
      memset(disk_buffer, 0, sizeof disk_buffer);
      disk_state = disk_reading;
      transfer_record(record_number, locate_read, read_data);
      break;
    case disk_reading:
      if (io_ok(&disk)) check_record();
      else count_disk_error();
      disk_state = disk_ready;
      break;
    default: break;
  }
}

// ---------------------------------------------------------------------------------------------------- operator
static u64 started, second_of_last_line;

static char *put_item(char *end, const char *name, u64 value) { return put_number(put_text(end, name), value); }

static void print_status(void) {
  char line[128], *end = put_item(line, "BEAT ", beats);
  end = put_item(end, " MISSED ", missed);
  end = put_item(end, " PAGES ", pages_written);
  end = put_item(end, " DISK ", disk_writes);
  put_item(end, " ERRORS ", storage_errors + disk_errors + backward_steps);
  print_line(line);
}

static void print_verdict(void) {
  char line[128], *end;
  verify_all_pages();
  const u64 seconds = (store_clock() - started) / tod_us / 1000000;
  end = put_item(line, "VERDICT BEATS ", beats);
  end = put_item(end, " MISSED ", missed);
  end = put_item(end, " LONGEST GAP US ", longest_gap_us);
  put_item(end, " CLOCK STEPS BACK ", backward_steps);
  print_line(line);
  end = put_item(line, "VERDICT STORAGE PAGES WRITTEN ", pages_written);
  put_item(end, " ERRORS ", storage_errors);
  print_line(line);
  end = put_item(line, "VERDICT DISK WRITES ", disk_writes);
  end = put_item(end, " READS ", disk_reads);
  put_item(end, " ERRORS ", disk_errors);
  print_line(line);
  if (disk_errors) {
    end = put_item(line, "VERDICT DISK LAST SENSE BYTES 0 AND 1 (DECIMAL) ", last_sense[0]);
    put_item(end, " ", last_sense[1]);
    print_line(line);
  }
  put_item(line, "VERDICT PAGE LOOP INSTRUCTIONS PER SECOND ", seconds ? work_instructions / seconds : 0);
  print_line(line);
  print_line(storage_errors + disk_errors + backward_steps ? "VERDICT FAILED" : "VERDICT OK");
}

static void set_working_set(u64 mib) {
  const u64 wanted = mib * 256;
  pages = wanted == 0 ? 1 : wanted > most_pages ? most_pages : wanted;
  next_page = 0;
}

// 1 when the guest is to end.
static int obey(const char *line) {
  if (same_text(line, "verdict")) print_verdict();
  else if (same_text(line, "stop")) return 1;
  else if (line[0] == 'r' && line[1] == 'a' && line[2] == 't' && line[3] == 'e' && line[4] == ' ') set_rate(parse_number(line + 5));
  else if (line[0] == 's' && line[1] == 'e' && line[2] == 't' && line[3] == ' ') set_working_set(parse_number(line + 4));
  else print_line("COMMANDS: VERDICT, RATE pages-a-second, SET mebibytes, STOP");
  return 0;
}

static void print_each_second(void) {
  const u64 second = beats / beats_per_second;
  if (second == second_of_last_line) return;
  second_of_last_line = second;
  print_status();
}

u64 guest_main(void) {
  if (!open_console()) return 0xC0;
  open_disk();
  print_line(disk_state == disk_absent ? "BEAT IS RUNNING WITHOUT A DISK" : "BEAT IS RUNNING");
  started = store_clock();
  start_beating();
  char line[64];
  for (int ending = 0; !ending || !console_idle();) {
    set_system_mask(masks_on);
    for (unsigned i = 0; i < 16 && pages_are_owed(); ++i) rewrite_next_page();
    set_system_mask(masks_off);
    drive_disk();
    drive_console();
    print_each_second();
    if (take_input(line, sizeof line)) ending |= obey(line);
    // Masked since before the looks, so that nothing slips in between them and the wait.
    if (!pages_are_owed()) wait_for_interruption();
  }
  return storage_errors + disk_errors + backward_steps ? 0xBAD : 0;
}

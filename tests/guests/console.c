// A 3215 console: lines out one after another, a line in after each attention.
#include "guest.h"

enum { write_with_return = 0x09, read_inquiry = 0x0A, line_size = 132, queue_lines = 32 };

static struct device console;
static struct {
  char text[line_size];
  u16 length;
} queue[queue_lines];
static unsigned queued_first, queued_count;
static u8 input[line_size];
static struct ccw program;
static enum { idle, writing, reading } activity;
static char input_line[line_size];
static int input_ready;

// EBCDIC (code page 1047) of ' ' to '~'.
static const u8 ebcdic[95] = {
    0x40, 0x5A, 0x7F, 0x7B, 0x5B, 0x6C, 0x50, 0x7D, 0x4D, 0x5D, 0x5C, 0x4E, 0x6B, 0x60, 0x4B, 0x61, 0xF0, 0xF1, 0xF2,
    0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0x7A, 0x5E, 0x4C, 0x7E, 0x6E, 0x6F, 0x7C, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5,
    0xC6, 0xC7, 0xC8, 0xC9, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7,
    0xE8, 0xE9, 0xAD, 0xE0, 0xBD, 0x5F, 0x6D, 0x79, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x91, 0x92,
    0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xC0, 0x4F, 0xD0, 0xA1};

int open_console(void) { return find_device(&console, 0x0009); }

void print_line(const char *text) {
  if (queued_count == queue_lines) return;  // a console that is not read loses lines, not the guest
  unsigned last = (queued_first + queued_count++) % queue_lines;
  u16 n = 0;
  for (; text[n] && n < line_size; ++n) queue[last].text[n] = (char)ebcdic[(u8)text[n] - ' '];
  queue[last].length = n;
}

int console_idle(void) { return activity == idle && queued_count == 0; }

static void start(u8 command, void *data, u16 count) {
  program = (struct ccw){command, suppress_length, count, (u32)(u64)data};
  if (start_io(&console, &program) != 0) activity = idle;
}

static void end_of_read(void) {
  u16 n = (u16)(sizeof input - console.irb.residual);
  for (u16 i = 0; i < n && i < line_size - 1; ++i) {
    char c = ' ';
    for (unsigned j = 0; j < sizeof ebcdic; ++j)
      if (ebcdic[j] == input[i]) c = (char)(' ' + j);
    input_line[i] = c;
    input_line[i + 1] = 0;
  }
  if (n == 0) input_line[0] = 0;
  input_ready = 1;
}

void drive_console(void) {
  if (activity != idle && console.busy) return;
  if (activity == writing && !io_refused(&console)) {
    queued_first = (queued_first + 1) % queue_lines;
    --queued_count;
  }
  if (activity == reading && io_ok(&console)) end_of_read();
  activity = idle;
  if (console.attention && !input_ready) {
    console.attention = 0;
    activity = reading;
    start(read_inquiry, input, sizeof input);
  } else if (queued_count) {
    activity = writing;
    start(write_with_return, queue[queued_first].text, queue[queued_first].length);
  }
}

int take_input(char *line, unsigned size) {
  if (!input_ready) return 0;
  unsigned n = 0;
  for (; input_line[n] && n + 1 < size; ++n) {
    char c = input_line[n];
    line[n] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  line[n] = 0;
  input_ready = 0;
  return 1;
}

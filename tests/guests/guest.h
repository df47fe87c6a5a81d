// What the test guests share: types, privileged instructions, and the subchannel and console code. Freestanding C.
#ifndef GUEST_H
#define GUEST_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

// start.S
void guest_end(u64 code) __attribute__((noreturn));
void wait_for_interruption(void);
u64 fill_page(void *page, u64 seed);
u64 sum_page(const void *page);

// Assigned storage locations (PoP ch. 3), from real address 0.
extern volatile u8 low_core[];
static inline u16 low_core16(u64 at) { return *(volatile u16 *)(low_core + at); }
static inline u32 low_core32(u64 at) { return *(volatile u32 *)(low_core + at); }

// A guest provides these.
u64 guest_main(void);
void external_interruption(void);

static inline u64 store_clock(void) {
  u64 tod;
  __asm__ volatile("stck %0" : "=Q"(tod) : : "cc");
  return tod;
}
static inline void set_clock_comparator(u64 tod) { __asm__ volatile("sckc %0" : : "Q"(tod)); }
static inline void set_system_mask(u8 mask) { __asm__ volatile("ssm %0" : : "Q"(mask) : "memory"); }
enum { masks_on = 0x03, masks_off = 0x00 };  // I/O and external

// Format-1 CCW and the blocks of PoP ch. 15 and 16.
struct ccw {
  u8 command, flags;
  u16 count;
  u32 address;
} __attribute__((aligned(8)));
enum { chain_command = 0x40, suppress_length = 0x20 };
enum { channel_end_device_end = 0x0C, unit_check = 0x02, device_busy = 0x10, attention = 0x80 };

struct schib {
  u32 interruption_parameter;
  u16 flags;
  u16 device_number;
  u8 path_masks[8];
  u8 path_ids[12];
  u32 control;
  u32 rest[6];
} __attribute__((aligned(8)));

struct irb {
  u32 status;
  u32 ccw_address;
  u8 device_status, subchannel_status;
  u16 residual;
  u32 extended_status[5];
  u8 sense[32];
  u32 measurement[8];
} __attribute__((aligned(8)));

// A device of the guest. `busy` is set by start_io and reset by the interruption that ends it.
struct device {
  u32 subchannel;  // subsystem-identification word; 0: not there
  volatile int busy;
  volatile int attention;
  struct irb irb;
};

int find_device(struct device *device, u16 number);  // looks through the subchannels and enables it; 0 when not there
int start_io(struct device *device, const struct ccw *program);  // condition code
int io_ok(const struct device *device);
int io_refused(const struct device *device);  // nothing was done: try again
void io_interruption(void);  // called by start.S
void register_device(struct device *device);

// Console: a 3215 at 0009. Lines are queued and written one after another.
int open_console(void);
void print_line(const char *text);
int console_idle(void);
void drive_console(void);                      // starts what is queued, reads after attention
int take_input(char *line, unsigned size);     // 1 when a line of input was there

// Text into a buffer; each returns the new end.
char *put_text(char *end, const char *text);
char *put_number(char *end, u64 value);
int same_text(const char *a, const char *b);
u64 parse_number(const char *text);

void *memcpy(void *to, const void *from, u64 count);
void *memset(void *to, int value, u64 count);

#endif

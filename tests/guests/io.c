// Subchannels: finding, enabling, starting, and the I/O interruption.
#include "guest.h"

enum { first_subchannel = 0x00010000, most_devices = 4 };
enum { pmcw_enabled = 0x0080, pmcw_device_number_valid = 0x0001, pmcw_concurrent_sense = 1 };

static struct device *devices[most_devices];
static unsigned device_count;

static int store_subchannel(u32 subchannel, struct schib *schib) {
  register u64 ssid __asm__("1") = subchannel;
  int cc;
  __asm__ volatile("stsch %1\n\tipm %0\n\tsrl %0,28" : "=d"(cc), "=Q"(*schib) : "d"(ssid) : "cc");
  return cc;
}

static int modify_subchannel(u32 subchannel, const struct schib *schib) {
  register u64 ssid __asm__("1") = subchannel;
  int cc;
  __asm__ volatile("msch %1\n\tipm %0\n\tsrl %0,28" : "=d"(cc) : "Q"(*schib), "d"(ssid) : "cc");
  return cc;
}

static int test_subchannel(u32 subchannel, struct irb *irb) {
  register u64 ssid __asm__("1") = subchannel;
  int cc;
  __asm__ volatile("tsch %1\n\tipm %0\n\tsrl %0,28" : "=d"(cc), "=Q"(*irb) : "d"(ssid) : "cc");
  return cc;
}

void register_device(struct device *device) { devices[device_count++] = device; }

int find_device(struct device *device, u16 number) {
  struct schib schib;
  for (u32 subchannel = first_subchannel; store_subchannel(subchannel, &schib) == 0; ++subchannel) {
    if (!(schib.flags & pmcw_device_number_valid) || schib.device_number != number) continue;
    schib.flags |= pmcw_enabled;
    schib.control |= pmcw_concurrent_sense;
    if (modify_subchannel(subchannel, &schib) != 0) return 0;
    device->subchannel = subchannel;
    register_device(device);
    return 1;
  }
  return 0;
}

int start_io(struct device *device, const struct ccw *program) {
  struct {
    u32 parameter, control, program, rest[5];
  } __attribute__((aligned(8))) orb = {0, 0x0080FF00, (u32)(u64)program, {0}};  // format 1, all paths
  register u64 ssid __asm__("1") = device->subchannel;
  int cc;
  device->busy = 1;
  __asm__ volatile("ssch %1\n\tipm %0\n\tsrl %0,28" : "=d"(cc) : "Q"(orb), "d"(ssid) : "cc", "memory");
  if (cc != 0) device->busy = 0;
  return cc;
}

int io_refused(const struct device *device) { return (device->irb.device_status & device_busy) != 0; }

int io_ok(const struct device *device) {
  return device->irb.device_status == channel_end_device_end && (device->irb.subchannel_status & 0xBF) == 0;
}

void io_interruption(void) {
  const u32 subchannel = low_core32(0xB8);
  for (unsigned i = 0; i < device_count; ++i) {
    struct device *device = devices[i];
    if (device->subchannel != subchannel) continue;
    struct irb irb;
    if (test_subchannel(subchannel, &irb) != 0) return;
    enum { start_function = 0x4000, secondary_status = 0x02, alert_status = 0x10 };
    if (irb.status & start_function) {
      if (!(irb.status & (secondary_status | alert_status))) return;  // channel end only: device end follows
      device->irb = irb;
      device->busy = 0;
    }
    // It can come with the refusal of a start that it overtook (PoP ch. 16, "Busy").
    if (irb.device_status & attention) device->attention = 1;
    return;
  }
  struct irb nobody;
  test_subchannel(subchannel, &nobody);
}

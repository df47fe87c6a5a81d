// The smallest guest: says hello on its 3215 and ends.
#include "guest.h"

void external_interruption(void) {}

u64 guest_main(void) {
  if (!open_console()) return 0xC0;
  set_clock_comparator(~0UL);  // zero after a reset: the time has passed already
  print_line("HELLO FROM Z/ARCHITECTURE");
  while (!console_idle()) {
    drive_console();
    // Still masked, so that no interruption slips in between the look and the wait.
    if (!console_idle()) wait_for_interruption();
    set_system_mask(masks_off);
  }
  return 0;
}

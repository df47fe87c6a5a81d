#pragma once

#include <functional>
#include <memory>

#include "cp/io/real_io.h"
#include "cp/pdr/store.h"

namespace cp::pdr {

// The persistent data record on its real device. Each function is one channel program (the first perhaps followed by one that reads
// who holds the lock), and the DEFINE EXTENT of one track makes it atomic against the other members' programs
// (dasd3390/README.md, "Sharing"):
//
//   read and lock:     SEARCH KEY the unlocked key, READ DATA, SEARCH ID, WRITE KEY AND DATA the locked key and the data
//                      just read
//   write and unlock:  SEARCH KEY the very lock that we hold, SEARCH ID, WRITE KEY AND DATA
//
// The key search alone proves the state of the lock; WRITE KEY AND DATA needs the SEARCH ID because a key that was
// searched has passed the heads.
//
// On the event loop.
class Driver final : public Store {
 public:
  Driver(RealIo& io, z::DeviceNumber device, std::string ssi_name);

  void read_and_lock(LockRequest request, std::function<void(Locked)> done) override;
  void write_and_unlock(Key lock, Key unlocked, std::vector<std::byte> data, std::function<void(Written)> done) override;
  void read(std::function<void(z::Result<Contents>)> done) override;

 private:
  void tell_holder(std::function<void(Locked)> done);

  RealIo& io_;
  const z::DeviceNumber device_;
  const std::string ssi_name_;
  IoArea area_;
};

}  // namespace cp::pdr

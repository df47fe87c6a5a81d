#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cp/pdr/layout.h"

namespace cp::pdr {

// The PDR on its volume. Asynchronous, on CP's event loop; one request at a time.
class Store {
 public:
  struct LockRequest {
    Key lock;                  // written when the lock is won
    std::optional<Key> steal;  // take it over from this holder, if it still holds the very same lock
  };
  struct Locked {
    enum class Outcome : std::uint8_t { granted, refused, failed } outcome = Outcome::failed;
    Key key{};                    // refused: who holds it
    std::vector<std::byte> data;  // granted
    std::string error;            // failed
  };
  enum class Written : std::uint8_t {
    written,
    lock_lost,  // somebody has stolen it; nothing was written
    unknown,    // the I/O ended in error and may or may not have written
  };
  struct Contents {
    Key key;
    std::vector<std::byte> data;
  };
  virtual ~Store() = default;

  virtual void read_and_lock(LockRequest request, std::function<void(Locked)> done) = 0;
  // Finds the record by the whole key `lock`, so only its holder can write.
  virtual void write_and_unlock(Key lock, Key unlocked, std::vector<std::byte> data,
                                std::function<void(Written)> done) = 0;
  virtual void read(std::function<void(z::Result<Contents>)> done) = 0;
};

}  // namespace cp::pdr

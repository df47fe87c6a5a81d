#pragma once

#include <cstdint>

namespace cpu {

// How a semantics function ends.
enum class Step : std::uint8_t {
  next,         // go on with the next sequential instruction
  branched,     // the PSW's instruction address was set
  repeat,       // an interruptible instruction did one unit of operation: execute it again (PoP ch. 5)
  refetch,      // done, but what follows must be decoded anew: code, mode or enablement may have changed
  interrupted,  // an exception was recognised: the pending program interruption is in the Cpu
};

}  // namespace cpu

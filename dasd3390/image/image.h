#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "dasd3390/geometry.h"
#include "dasd3390/track.h"
#include "dasd3390/window.h"

namespace dasd3390 {

// What a volume is opened for. `best` falls back to reading when the host forbids writing.
enum class Access : std::uint8_t { read, write, best };

// How a volume lies in a file. Thread-safe: several devices read and write tracks at once; the same track at once only
// under the locks of locks.h.
class Image {
 public:
  // What differs between the track in storage and the track in the file.
  enum class Part : std::uint8_t {
    data,             // of one record, in place
    key_and_data,     // of one record, in place
    data_onwards,     // of this record and all later ones, in place
    record_and_rest,  // the record was written anew, what followed it is erased
    whole,            // everything from the home address on
  };

  virtual ~Image() = default;
  virtual Geometry geometry() const = 0;
  virtual bool is_read_only() const = 0;
  // A descriptor of the file, for opening more of them.
  virtual int descriptor() const = 0;
  virtual z::Result<Track> read(TrackNumber track) const = 0;
  // Returns when the kernel has the bytes: they survive the death of this process. Only bytes of the named part are
  // stored, and a writer that dies in between leaves all other records and tracks whole.
  virtual z::Result<> write(TrackNumber number, const Track& track, std::size_t record, Part part) = 0;
  // Makes these tracks empty ones that take no space.
  virtual z::Result<> release(TrackRange tracks) = 0;
};

}  // namespace dasd3390

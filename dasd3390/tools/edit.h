#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dasd3390/label.h"
#include "dasd3390/tools/progress.h"
#include "dasd3390/volume.h"

namespace dasd3390 {

struct Record {
  Count count;
  std::vector<std::byte> key, data;
};

// A record to be formatted; fields shorter than the lengths are filled with zeros.
struct NewRecord {
  std::uint8_t number = 0;
  std::uint8_t key_length = 0;
  std::uint16_t data_length = 0;
  std::vector<std::byte> key = {}, data = {};
};

// Direct work on a volume or on a minidisk by a tool. All tracks of the window are locked as long as this lives, unless
// the volume was opened for reading only: then this looks without locks, and may see a track that a system is just
// writing. Addresses are those of the window.
class Editor {
 public:
  static z::Result<Editor> open(std::shared_ptr<Volume> volume, Window window);
  // Of the whole volume.
  static z::Result<Editor> open(std::shared_ptr<Volume> volume);

  const Volume& volume() const { return *volume_; }
  Geometry geometry() const { return window_.geometry(); }

  z::Result<Track> read_track(TrackAddress at) const;
  // The record whose count field has this record number.
  z::Result<Record> read_record(TrackAddress at, std::uint8_t number) const;
  // In place: the lengths stay, missing bytes become zeros. The key is left alone when none is given.
  z::Result<> write_record(TrackAddress at, std::uint8_t number, std::span<const std::byte> key,
                           std::span<const std::byte> data);
  // Home address, R0 and these records.
  z::Result<> format_track(TrackAddress at, std::span<const NewRecord> records);
  // Every track of the range: as many keyless records of `data_length` as it takes, zeros.
  z::Result<> format_tracks(TrackRange tracks, std::uint16_t data_length, const Progress& progress = {});

 private:
  Editor(std::shared_ptr<Volume> volume, Window window, Locks locks)
      : volume_(std::move(volume)), window_(window), locks_(std::move(locks)) {}
  z::Result<std::size_t> find(const Track& track, TrackAddress at, std::uint8_t number) const;

  std::shared_ptr<Volume> volume_;
  Window window_;
  Locks locks_;
};

}  // namespace dasd3390

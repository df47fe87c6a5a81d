#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "dasd3390/tools/list.h"
#include "dasd3390/tools/progress.h"

namespace dasd3390 {

// Takes the data of each record of a data set in order.
using RecordSink = std::function<z::Result<>(std::span<const std::byte> data)>;

// All records of a data set or of a Linux partition, by extents, up to its end-of-file record if it has one.
z::Result<> read_data_set(const Editor& editor, const DataSet& data_set, const RecordSink& sink, const Progress& progress);

// Lays `length` bytes of a host file over the records of a Linux partition, whose tracks are formatted before where they
// are not in records of `block` bytes.
using BlockSource = std::function<z::Result<std::size_t>(std::span<std::byte> block)>;
z::Result<> write_partition(Editor& editor, const DataSet& partition, std::uint16_t block, const BlockSource& source,
                            const Progress& progress);

z::Result<DataSet> find_data_set(const Editor& editor, std::string_view name);

// A partitioned data set: its directory, and the records of a member.
struct Member {
  std::string name;
  std::uint32_t track = 0;  // of the data set
  std::uint8_t record = 0;
};
z::Result<std::vector<Member>> list_members(const Editor& editor, const DataSet& data_set);
z::Result<> read_member(const Editor& editor, const DataSet& data_set, std::string_view name, const RecordSink& sink);

}  // namespace dasd3390

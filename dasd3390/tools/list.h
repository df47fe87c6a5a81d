#pragma once

#include <string>
#include <vector>

#include "dasd3390/tools/edit.h"

namespace dasd3390 {

struct DataSet {
  std::string name;
  std::vector<std::pair<TrackAddress, TrackAddress>> extents;  // first and last track
};

// The data sets of the VTOC that the label points to. Fails when there is no label or no format-4 DSCB.
z::Result<std::vector<DataSet>> list_data_sets(const Editor& editor);

// One line for home address and each record, then its key and data in hexadecimal and EBCDIC.
std::string dump_track(const Track& track);

}  // namespace dasd3390

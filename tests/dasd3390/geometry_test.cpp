#include "dasd3390/geometry.h"

#include <gtest/gtest.h>

namespace dasd3390 {
namespace {

// IBM 3390 DAS Reference Summary, capacity tables.
TEST(Geometry, CapacityFollowsTheTablesOfTheReferenceSummary) {
  EXPECT_EQ(records_per_track(0, 512), 49u);
  EXPECT_EQ(records_per_track(0, 1024), 33u);
  EXPECT_EQ(records_per_track(0, 2048), 21u);
  EXPECT_EQ(records_per_track(0, 4096), 12u);
  EXPECT_EQ(records_per_track(0, 8192), 6u);
  EXPECT_EQ(records_per_track(44, 96), 50u);
}

TEST(Geometry, TheLargestRecordFillsTheTrackAndOneByteMoreDoesNotFit) {
  EXPECT_EQ(record_cells(0, 56664), cells_per_track);
  EXPECT_GT(record_cells(0, 56665), cells_per_track);
}

// By hand for 4096: 18 segments of 232 and one more cost 114 bytes; 4210 bytes are 124 cells of 34; count and gaps 19.
TEST(Geometry, ARecordOf4096CostsOneHundredAndFortyThreeCells) { EXPECT_EQ(record_cells(0, 4096), 143u); }

TEST(Geometry, CylindersAbove65535ContinueInTheUpperBitsOfTheHead) {
  const auto field = Cchh::of({0x1'2345, 0xE});
  EXPECT_EQ(field.cylinder_low, 0x2345);
  EXPECT_EQ(field.high_and_head, 0x001E);
  EXPECT_EQ(field.address(), (TrackAddress{0x1'2345, 0xE}));
}

TEST(Geometry, TracksAreNumberedThroughTheCylinders) {
  EXPECT_EQ((TrackAddress{2, 3}.number()), TrackNumber{33});
  EXPECT_EQ(address_of(TrackNumber{33}), (TrackAddress{2, 3}));
}

TEST(Geometry, ModelsHaveTheirCylinders) {
  EXPECT_EQ(find_model("3390-3")->cylinders, 3339u);
  EXPECT_EQ(find_model("3390-9")->cylinders, 10017u);
  EXPECT_FALSE(find_model("3380-K"));
  EXPECT_EQ(Geometry{3339}.device_model(), 0x0A);
}

}  // namespace
}  // namespace dasd3390

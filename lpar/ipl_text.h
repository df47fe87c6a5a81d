#pragma once

#include "base/result.h"
#include "dasd3390/tools/edit.h"
#include "lpar/loader.h"

namespace lpar {

// Makes a volume or a minidisk one that can be IPLed into `program` (PoP ch. 17, "CCW-Type IPL"; the record layout is the
// usual one, DFSMSdfp "IPL records"):
//
//   0/0 R1 "IPL1"  PSW, and CCWs that read R2 and go on there
//   0/0 R2 "IPL2"  CCWs that seek to 0/1 and read the image, 4096 bytes a record
//   0/0 R3 "VOL1"  a label, so that tools know the disk
//   0/1 ...        the image
//
// Refuses a program of more than 14 records or one that lies where the loader itself lies.
z::Result<> write_ipl_text(dasd3390::Editor& disk, const ProgramImage& program);

}  // namespace lpar

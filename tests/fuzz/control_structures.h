#pragma once

#include <cstdint>

#include "noise.h"

namespace cpu {

class Cpu;
class Machine;

// Two address spaces and a subspace, ASN and authority tables, a linkage table with entries of all kinds, a linkage stack of two
// sections, an access list and a trace table, so that PC, PR, PT, SSAR, BSG, BAKR and the tracing instructions get somewhere. All
// spaces have the segment table of the machine.
void put_control_structures(Machine& machine, std::uint64_t segment_table, std::uint64_t program, Noise& noise);
void use_control_structures(Cpu& cpu, Noise& noise);

}  // namespace cpu

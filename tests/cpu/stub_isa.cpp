#include "cpu/decoding.h"
#include "cpu/instruction.h"
#include "cpu/isa/facilities.h"
namespace cpu {
std::span<const std::uint64_t> facility_list() { static const std::uint64_t l[2]={~0ull,0}; return l; }
Z_INSTRUCTION(brc) { return (8 >> cpu.cc & op.r1) ? cpu.branch(cpu.relative(op)) : Step::next; }
Z_INSTRUCTION(brctg) { return --cpu.gr(op.r1) ? cpu.branch(cpu.relative(op)) : Step::next; }
Z_INSTRUCTION(lghi) { cpu.gr(op.r1) = op.imm; return Step::next; }
Z_INSTRUCTION(aghi) { cpu.gr(op.r1) += op.imm; return Step::next; }
Z_INSTRUCTION(lg) { cpu.gr(op.r1) = TRY(cpu.fetch<std::uint64_t>(cpu.operand2(op))); return Step::next; }
Z_INSTRUCTION(stg) { TRY(cpu.store<std::uint64_t>(cpu.operand2(op), cpu.gr(op.r1))); return Step::next; }
Z_INSTRUCTION(mvi) { TRY(cpu.store<std::uint8_t>(cpu.operand1(op), op.imm)); return Step::next; }
Z_INSTRUCTION(csg) { auto e=cpu.gr(op.r1); auto f=TRY((cpu.compare_and_swap<std::uint64_t>(cpu.operand2_rs(op), e, cpu.gr(op.r3)))); cpu.cc= f==e?0:1; if (f!=e) cpu.gr(op.r1)=f; return Step::next; }
Z_INSTRUCTION(lgr) { cpu.gr(op.r1)=cpu.gr(op.r2); return Step::next; }
Z_INSTRUCTION(operation) { return cpu.program_interruption(Pic::operation); }
Z_HANDLER run_load_psw_extended(Cpu&, const Op*); Z_HANDLER run_supervisor_call(Cpu&, const Op*); Z_HANDLER run_execute(Cpu&, const Op*);
Z_HANDLER run_signal_processor(Cpu&, const Op*);Z_HANDLER run_load_control_64(Cpu&, const Op*);Z_HANDLER run_invalidate_page_table_entry(Cpu&, const Op*);
Z_HANDLER run_set_clock_comparator(Cpu&, const Op*); Z_HANDLER run_set_cpu_timer(Cpu&, const Op*); Z_HANDLER run_set_system_mask(Cpu&, const Op*);
Z_HANDLER run_set_storage_key_extended(Cpu&, const Op*);
bool is_execute(std::span<const std::uint8_t> t) { return t[0]==0x44; }
bool has_relative_operand(const std::array<std::uint8_t,6>& t) { return t[0]==0xA7 && ((t[1]&15)==4||(t[1]&15)==7); }
static std::uint8_t b(int x){return x?x:16;}
bool decode_instruction(const std::array<std::uint8_t,6>& t, BlockMode, Op& op) {
  op = Op{}; unsigned len = instruction_length(t[0]); op.m4_length=len; bool ends=false;
  op.b1=op.b2=16; op.r2=16;
  op.handler = run_operation;
  auto d = [&](int i){ return (t[i]&15)<<8|t[i+1]; };
  switch (t[0]) {
   case 0x0A: op.imm=t[1]; op.handler=run_supervisor_call; return true;
   case 0x44: op.r1=t[1]>>4; op.r2=b(t[1]&15); op.b2=b(t[2]>>4); op.d2=d(2); op.handler=run_execute; break;
   case 0x92: op.imm=t[1]; op.b1=b(t[2]>>4); op.d1=d(2); op.handler=run_mvi; break;
   case 0x80: op.b2=b(t[2]>>4); op.d2=d(2); op.handler=run_set_system_mask; return true;
   case 0xA7: op.r1=t[1]>>4; op.imm=(std::int16_t)(t[2]<<8|t[3]);
     switch (t[1]&15) { case 4: op.imm*=2; op.handler=run_brc; ends=op.r1==15; break; case 7: op.imm*=2; op.handler=run_brctg; break; case 9: op.handler=run_lghi; break; case 11: op.handler=run_aghi; break; } break;
   case 0xAE: op.r1=t[1]>>4; op.r3=t[1]&15; op.b2=b(t[2]>>4); op.d2=d(2); op.handler=run_signal_processor; break;
   case 0xE3: op.r1=t[1]>>4; op.r2=b(t[1]&15); op.b2=b(t[2]>>4); op.d2=d(2)|(std::int8_t)t[4]*4096; if (t[5]==4) op.handler=run_lg; if (t[5]==0x24) op.handler=run_stg; break;
   case 0xEB: op.r1=t[1]>>4; op.r3=t[1]&15; op.b2=b(t[2]>>4); op.d2=d(2)|(std::int8_t)t[4]*4096; if (t[5]==0x30) op.handler=run_csg; if (t[5]==0x2F) op.handler=run_load_control_64; break;
   case 0xB2: { unsigned o=t[1]; op.b2=b(t[2]>>4); op.d2=d(2); op.r1=t[3]>>4; op.r2=t[3]&15; op.r3=t[2]>>4; if (o==0xB2) { op.handler=run_load_psw_extended; return true; } if (o==0x21) op.handler=run_invalidate_page_table_entry; if (o==6) op.handler=run_set_clock_comparator; if (o==8) op.handler=run_set_cpu_timer; if(o==0x2B) op.handler=run_set_storage_key_extended; break; }
   case 0xB9: op.r1=t[3]>>4; op.r2=t[3]&15; if (t[1]==4) op.handler=run_lgr; break;
   default: break;
  }
  return ends;
}
}

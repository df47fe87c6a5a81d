#pragma once

#include <memory>

#include "cp/member/member.h"
#include "cp/member/mover.h"

namespace app {

// Live guest relocation (lgr/) put to work for a member of a cluster.
std::unique_ptr<cp::Mover> make_mover(cp::Member& member);

}  // namespace app

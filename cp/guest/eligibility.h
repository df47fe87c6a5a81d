#pragma once

#include <string>
#include <vector>

#include "cp/api/eligibility.h"
#include "cp/guest/guests.h"

namespace cp {

// The checks of reference/lgr.md 4 that concern what this CP offers its guests: state of the virtual machine, minidisks, storage.
// Message numbers marked [R] there are recalled, not verified.
class RelocationEligibility final : public api::Eligibility {
 public:
  struct Policy {
    std::function<bool(const std::string& userid)> is_disconnected;
    std::function<bool(const std::string& userid)> is_single_configuration;
    std::function<bool(const std::string& userid)> may_relocate;  // SET VMRELOCATE userid ON
    // Whether the domain (by name) contains the member in this slot.
    std::function<bool(const std::string& domain, api::MemberSlot member)> domain_contains;
  };
  RelocationEligibility(Guests& guests, const Volumes& volumes, Policy policy)
      : guests_(guests), volumes_(volumes), policy_(std::move(policy)) {}

  std::vector<std::string> obstacles_on_source(const std::string& userid, api::MemberSlot to, api::Forces forces) override;
  std::vector<std::string> obstacles_on_destination(const std::string& userid, z::Pages storage,
                                                    std::span<const std::byte> definition, api::Forces forces) override;

 private:
  Guests& guests_;
  const Volumes& volumes_;
  Policy policy_;
};

}  // namespace cp

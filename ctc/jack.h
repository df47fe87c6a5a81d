#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ctc/adapter.h"
#include "ctc/link.h"

namespace ctc {

class Coupling;

// Carries out work later, in the order in which it was given, on one thread: CP's event loop.
using Post = std::function<void(std::function<void()>)>;

// The link of a virtual CTC: nothing, until it is coupled to another jack of the same thread. Between two jacks stands the
// adapter, so both devices are proxies. Everything but `send`, `state` and `description` is for that thread.
class Jack final : public Link {
 public:
  Jack(std::string name, Post post);
  ~Jack() override;  // uncouples

  void start(LinkEnd& end) override;
  void send(Message message) override;
  std::string description() const override { return name_; }
  std::string state() const override;
  // Which sides are ready, and their modes. What is restored counts from the next coupling on.
  std::vector<std::byte> save() const override;
  z::Result<> restore(std::span<const std::byte> state) override;

  static void couple(Jack& one, Jack& other);  // neither is coupled
  void uncouple();                             // both ends are told
  bool is_coupled() const;
  std::string coupled_to() const;  // the other's name; empty: not coupled

  // What either side sends is kept, and nothing of it happens, until `go_on`.
  void hold();
  void go_on();

 private:
  friend class Coupling;
  struct Outlet;

  const std::string name_;
  const Post post_;
  std::shared_ptr<Outlet> outlet_;
};

}  // namespace ctc

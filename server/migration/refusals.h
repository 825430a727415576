// The reasons why a migration is refused. They are collected, so that one run names all of them,
// and nothing is written while there are any.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "events/base/thrown_error.h"

namespace codelog::migration {

class Refusals {
 public:
  void add(std::string reason);
  void add(const Refusals& others);
  // Runs work() and collects what it refuses: values that do not fit (invalid, too_large) and
  // conflicts. Other errors go on to the caller. Returns false if something was refused.
  bool attempt(const std::function<void()>& work);
  // With those that are counted but not kept.
  std::size_t count() const { return count_; }
  // Throws Refused, with all reasons, if there are any.
  void throw_if_any() const;

 private:
  base::Error to_error() const;

  static constexpr std::size_t kept_max = 200;
  std::vector<std::string> reasons_;
  std::size_t count_ = 0;
};

// A conflict with all its reasons, which attempt() adds to those of the caller.
class Refused : public base::ThrownError {
 public:
  Refused(base::Error error, Refusals refusals);
  const Refusals& refusals() const { return refusals_; }

 private:
  Refusals refusals_;
};

// True for the errors that attempt() collects.
bool is_refusal(const base::Error& error);

}  // namespace codelog::migration

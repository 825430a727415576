// The reasons why a migration is refused. They are collected, so that one run names all of them,
// and nothing is written while there are any.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "events/base/result.h"
#include "events/base/thrown_error.h"

namespace codelog::migration {

class Refusals {
 public:
  void add(std::string reason);
  // Runs work() and collects what it refuses: values that do not fit (invalid, too_large) and
  // conflicts. Other errors go on to the caller. Returns false if something was refused.
  template <class Work>
  bool attempt(Work work) {
    try {
      work();
      return true;
    } catch (const base::ThrownError& thrown) {
      if (!is_refusal(thrown.error().code)) throw;
      add(thrown.error().detail);
      return false;
    }
  }
  // Throws: conflict, with all reasons, if there are any.
  void throw_if_any() const;

 private:
  static bool is_refusal(base::ErrorCode code);

  static constexpr std::size_t kept_max = 200;
  std::vector<std::string> reasons_;
  std::size_t count_ = 0;  // with those beyond kept_max
};

}  // namespace codelog::migration

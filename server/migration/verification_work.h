// Shared by the parts of a comparison.
#pragma once

#include <string>

#include "projections/views.h"
#include "server/migration/verification.h"

namespace codelog::migration {

// Counts the differences and keeps the first ones.
class Differences {
 public:
  explicit Differences(VerificationReport& report) : report_(report) {}

  void add(const std::string& subject, const std::string& what);
  // `there` is the old site's value, `here` this site's.
  template <class Value>
  void check_equal(const std::string& subject, const std::string& what, const Value& there,
                   const Value& here) {
    if (there != here) add(subject, what + " differs");
  }

 private:
  VerificationReport& report_;
};

struct VerificationWork {
  site::DataFolder& folder;
  const SourceDatabase& source;
  const projections::Views& views;
  Differences& differences;
  VerificationReport& report;
};

}  // namespace codelog::migration

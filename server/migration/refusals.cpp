#include "server/migration/refusals.h"

#include "server/migration/thrown.h"

#include <utility>

namespace codelog::migration {

void Refusals::add(std::string reason) {
  ++count_;
  if (reasons_.size() < kept_max) reasons_.push_back(std::move(reason));
}

bool Refusals::is_refusal(base::ErrorCode code) {
  return code == base::ErrorCode::invalid || code == base::ErrorCode::too_large ||
         code == base::ErrorCode::conflict;
}

void Refusals::throw_if_any() const {
  if (reasons_.empty()) return;
  base::Error error{base::ErrorCode::conflict, reasons_.front(), {}};
  if (count_ > 1) {
    error.detail = "the migration is refused for " + std::to_string(count_) + " reasons";
    for (std::size_t i = 0; i < reasons_.size(); ++i) {
      error.fields.push_back({std::to_string(i + 1), reasons_[i]});
    }
    if (count_ > reasons_.size()) {
      error.fields.push_back({"…", std::to_string(count_ - reasons_.size()) + " more"});
    }
  }
  throw_error(error);
}

}  // namespace codelog::migration

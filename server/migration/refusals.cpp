#include "server/migration/refusals.h"

#include <utility>

namespace codelog::migration {

void Refusals::add(std::string reason) {
  ++count_;
  if (reasons_.size() < kept_max) reasons_.push_back(std::move(reason));
}

void Refusals::add(const Refusals& others) {
  for (const std::string& reason : others.reasons_) add(reason);
  count_ += others.count_ - others.reasons_.size();
}

bool Refusals::attempt(const std::function<void()>& work) {
  try {
    work();
    return true;
  } catch (const Refused& refused) {
    add(refused.refusals());
  } catch (const base::ThrownError& thrown) {
    if (!is_refusal(thrown.error())) throw;
    add(thrown.error().detail);
  }
  return false;
}

void Refusals::throw_if_any() const {
  if (count_ > 0) throw Refused(to_error(), *this);
}

base::Error Refusals::to_error() const {
  base::Error error{base::ErrorCode::conflict, reasons_.front(), {}};
  if (count_ == 1) return error;
  error.detail = "the migration is refused for " + std::to_string(count_) + " reasons";
  for (std::size_t i = 0; i < reasons_.size(); ++i) {
    error.fields.push_back({std::to_string(i + 1), reasons_[i]});
  }
  if (count_ > reasons_.size()) {
    error.fields.push_back({"…", std::to_string(count_ - reasons_.size()) + " more"});
  }
  return error;
}

Refused::Refused(base::Error error, Refusals refusals)
    : ThrownError(std::move(error), "the migration is refused"), refusals_(std::move(refusals)) {}

bool is_refusal(const base::Error& error) {
  return error.code == base::ErrorCode::invalid || error.code == base::ErrorCode::too_large ||
         error.code == base::ErrorCode::conflict;
}

}  // namespace codelog::migration

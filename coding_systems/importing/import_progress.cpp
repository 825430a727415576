#include "coding_systems/importing/import_progress.h"

namespace codelog::coding_systems {
namespace {

constexpr std::uint64_t reports_per_stage = 50;

}  // namespace

void ImportStages::begin(std::string_view name, std::uint64_t total) {
  end_stage();
  stages_.push_back({name, 0});
  began_ = std::chrono::steady_clock::now();
  total_ = total;
  reported_ = 0;
  if (request_.report_progress) request_.report_progress({name, 0, total});
}

base::Result<void> ImportStages::advance_to(std::uint64_t done) {
  if (request_.stop.stop_requested()) {
    return base::Error{
        base::ErrorCode::unavailable, "the import of " + request_.alias + " was stopped", {}};
  }
  if (request_.report_progress &&
      (done >= total_ || done - reported_ >= total_ / reports_per_stage)) {
    reported_ = done;
    request_.report_progress({stages_.back().name, done, total_});
  }
  return {};
}

std::vector<ImportStage> ImportStages::take() {
  end_stage();
  return std::move(stages_);
}

void ImportStages::end_stage() {
  if (stages_.empty()) return;
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - began_;
  stages_.back().seconds = taken.count();
}

}  // namespace codelog::coding_systems

#include "server/site/verification_ledger.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "events/base/file.h"

namespace codelog::site {
namespace {

using nlohmann::json;

constexpr unsigned file_mode = 0600;

json time_to_json(base::Timestamp time) { return base::format_timestamp(time); }

base::Timestamp time_from(const json& value) {
  return base::parse_timestamp(value.get<std::string>()).value();
}

base::Sha256 digest_from(const json& value) {
  return base::parse_sha256(value.get<std::string>()).value();
}

json to_json(const VerificationResult& result) {
  return {{"begun_at", time_to_json(result.begun_at)},
          {"ended_at", time_to_json(result.ended_at)},
          {"commits", result.commits_count},
          {"problems", result.problems_count},
          {"first_problem", result.first_problem}};
}

VerificationResult result_from(const json& value) {
  return {.begun_at = time_from(value.at("begun_at")),
          .ended_at = time_from(value.at("ended_at")),
          .commits_count = value.at("commits"),
          .problems_count = value.at("problems"),
          .first_problem = value.at("first_problem")};
}

json to_json(const VerificationWalk& walk) {
  json tiles = json::array();
  for (unsigned level = 0; walk.tree.size() >> (events::tile_height * level) > 0; ++level) {
    json& tile = tiles.emplace_back(json::array());
    for (const base::Sha256& hash : walk.tree.partial_tile(level)) {
      tile.push_back(base::to_hex(hash));
    }
  }
  return {{"begun_at", time_to_json(walk.begun_at)},
          {"commits", walk.commits_count},
          {"root", base::to_hex(walk.root)},
          {"checked", walk.tree.size()},
          {"tiles", std::move(tiles)}};
}

VerificationWalk walk_from(const json& value) {
  VerificationWalk walk;
  walk.begun_at = time_from(value.at("begun_at"));
  walk.commits_count = value.at("commits");
  walk.root = digest_from(value.at("root"));
  const std::uint64_t checked = value.at("checked");
  std::vector<std::vector<base::Sha256>> tiles;
  for (unsigned level = 0; checked >> (events::tile_height * level) > 0; ++level) {
    const json& stored = value.at("tiles").at(level);
    const std::uint64_t hashes_count =
        (checked >> (events::tile_height * level)) % events::tile_hashes_count;
    if (stored.size() != hashes_count) throw std::invalid_argument("a tile of another size");
    std::vector<base::Sha256>& tile = tiles.emplace_back();
    for (const json& hash : stored) tile.push_back(digest_from(hash));
  }
  walk.tree = events::MerkleTree::restore(checked, std::move(tiles));
  return walk;
}

}  // namespace

VerificationLedger::VerificationLedger(std::filesystem::path file) : file_(std::move(file)) {
  read();
}

void VerificationLedger::read() {
  const auto text = base::read_file(file_);
  if (!text) return;
  const base::Lock lock(mutex_);
  try {
    const json all = json::parse(*text);
    if (all.contains("last")) last_ = result_from(all.at("last"));
    if (all.contains("running")) walk_ = walk_from(all.at("running"));
  } catch (const std::exception&) {
    // A damaged file says nothing; the next one replaces it.
    last_.reset();
    walk_.reset();
  }
}

std::string VerificationLedger::text() const {
  json all = json::object();
  if (last_) all["last"] = to_json(*last_);
  if (walk_) all["running"] = to_json(*walk_);
  return all.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<VerificationResult> VerificationLedger::last() const {
  const base::Lock lock(mutex_);
  return last_;
}

std::optional<VerificationWalk> VerificationLedger::walk() const {
  const base::Lock lock(mutex_);
  return walk_;
}

base::Result<void> VerificationLedger::note(const VerificationResult& result) {
  const base::Lock writing(writing_);
  std::string written;
  {
    const base::Lock lock(mutex_);
    last_ = result;
    written = text();
  }
  return base::write_file_durably(file_, written, file_mode);
}

base::Result<void> VerificationLedger::save_walk(const std::optional<VerificationWalk>& walk) {
  const base::Lock writing(writing_);
  std::string written;
  {
    const base::Lock lock(mutex_);
    walk_ = walk;
    written = text();
  }
  return base::write_file_durably(file_, written, file_mode);
}

}  // namespace codelog::site

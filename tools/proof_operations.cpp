#include "tools/proof_operations.h"

#include "events/base/file.h"
#include "server/proofs/checkpoint.h"
#include "tools/admin_operations.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr unsigned verified_file_mode = 0600;

Json keys_to_json(const proofs::SignedLog& log) {
  Json json = {{"origin", nullptr}, {"keys", Json::array()}, {"cosigners", Json::array()}};
  for (const proofs::LogKey& key : log.keys()) {
    if (json["origin"].is_null()) json["origin"] = key.verifier.name;
    json["keys"].push_back({{"key", key.verifier.text()},
                            {"signs", key.seed && key.verifier.name == json["origin"]},
                            {"made_at", base::format_timestamp(key.made_at)}});
  }
  for (const auto& cosigner : log.cosigners()) json["cosigners"].push_back(cosigner.text());
  return json;
}

Result<Json> keys_after(const Result<void>& done, const proofs::SignedLog& log) {
  if (!done) return done.error();
  return keys_to_json(log);
}

Result<Json> trust(proofs::SignedLog& log, const Json& arguments) {
  const auto text = text_argument(arguments, "key");
  if (!text) return text.error();
  const auto key = proofs::parse_verifier_key(*text);
  if (!key) return key.error();
  return keys_after(log.trust(*key), log);
}

Result<Json> distrust(proofs::SignedLog& log, const Json& arguments) {
  const auto name = text_argument(arguments, "name");
  if (!name) return name.error();
  return keys_after(log.distrust(*name), log);
}

Result<Json> cosign(proofs::SignedLog& log, const Json& arguments) {
  const auto note = text_argument(arguments, "checkpoint");
  if (!note) return note.error();
  const auto added = log.add_cosignatures(*note);
  if (!added) return added.error();
  const auto cosigned = log.cosigned_checkpoint();
  if (!cosigned) return cosigned.error();
  return Json{{"added", *added}, {"checkpoint", *cosigned}};
}

std::filesystem::path verified_file(const site::DataFolder& folder) {
  return folder.path() / "log-verified";
}

std::string local_name(site::DataFolder& folder) { return "codelog.local/" + folder.log().id(); }

}  // namespace

std::optional<Result<Json>> run_proof_operation(site::DataFolder& folder,
                                                std::string_view operation, const Json& arguments) {
  proofs::SignedLog& log = folder.signed_log();
  if (operation == "log.keys") return keys_to_json(log);
  if (operation == "log.trust") return trust(log, arguments);
  if (operation == "log.distrust") return distrust(log, arguments);
  if (operation == "log.cosign") return cosign(log, arguments);
  if (operation == "log.rotate_key") {
    const auto old_keys =
        flag_argument(arguments, "retire_old") ? proofs::OldKeys::retire : proofs::OldKeys::keep;
    return keys_after(log.rotate(old_keys, base::SystemClock().now()), log);
  }
  return std::nullopt;
}

Result<std::optional<std::string>> compare_with_verified(site::DataFolder& folder,
                                                         const events::Head& head) {
  const auto text = base::read_file(verified_file(folder));
  if (!text) {
    if (text.error().code == ErrorCode::not_found) return std::optional<std::string>();
    return text.error();
  }
  const auto seen = proofs::parse_checkpoint(*text);
  if (!seen || seen->origin != local_name(folder)) {
    return std::optional("the file " + verified_file(folder).string() +
                         " does not say how this log ended when it was verified last: remove the "
                         "file if you know why");
  }
  if (seen->size <= head.position.value()) {
    const auto root = folder.log().root(seen->size);
    if (!root) return root.error();
    if (*root == seen->root) return std::optional<std::string>();
  }
  return std::optional("FORK: when the log was verified last, it had " +
                       std::to_string(seen->size) + " commits with the root " +
                       base::to_hex(seen->root) + ", and this log does not begin with them");
}

Result<void> remember_verified(site::DataFolder& folder, const events::Head& head) {
  const proofs::Checkpoint checkpoint{local_name(folder), head.position.value(), head.root};
  return base::write_file_durably(verified_file(folder), checkpoint.text(), verified_file_mode);
}

}  // namespace codelog::tools

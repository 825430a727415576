// Proofs of the log, and receipts of versions.
#include "server/api/endpoints.h"
#include "server/api/paths.h"
#include "server/application/receipts.h"
#include "server/json/json_writer.h"
#include "server/proofs/signed_log.h"

namespace codelog::api {
namespace {

using codelog::json::JsonWriter;
using http::Method;

Result<const proofs::SignedLog*> signed_log(const ReadCall& call) {
  const proofs::SignedLog* log = call.application.options().signed_log;
  if (log == nullptr) return Error{ErrorCode::unavailable, "this site signs no checkpoints", {}};
  return log;
}

void write_hash(const events::Hash& hash, JsonWriter& json) {
  json.value(proofs::encode_base64(events::hash_bytes(hash)));
}

void write_hashes(const std::vector<events::Hash>& hashes, JsonWriter& json) {
  json.begin_array();
  for (const events::Hash& hash : hashes) write_hash(hash, json);
  json.end_array();
}

Result<std::uint64_t> required_number(const ReadCall& call, std::string_view name,
                                      endpoints::NumberRange range) {
  if (!call.request.query().has(name)) {
    return base::field_error(ErrorCode::invalid, std::string(name), "is missing");
  }
  return number_in_query(call.request, name, 0, range);
}

Result<http::Response> get_inclusion(const ReadCall& call) {
  const auto log = signed_log(call);
  if (!log) return log.error();
  const std::uint64_t head = call.application.site().log.head().position.value();
  const auto size = number_in_query(call.request, "size", head, {.minimum = 1, .maximum = head});
  if (!size) return size.error();
  const auto position = required_number(call, "position", {.minimum = 1, .maximum = *size});
  if (!position) return position.error();
  const auto proof = (*log)->prove_inclusion(base::Position(*position), *size);
  if (!proof) return proof.error();
  JsonWriter json;
  json.begin_object().field("position", *position).field("size", *size).key("commitment");
  write_hash(proof->commitment, json);
  json.key("leaf_hash");
  write_hash(events::leaf_hash(events::hash_bytes(proof->commitment)), json);
  json.key("root");
  write_hash(proof->root, json);
  json.key("proof");
  write_hashes(proof->hashes, json);
  json.end_object();
  return http::json_text(200, json.take());
}

Result<http::Response> get_consistency(const ReadCall& call) {
  const auto log = signed_log(call);
  if (!log) return log.error();
  const std::uint64_t head = call.application.site().log.head().position.value();
  const auto to = number_in_query(call.request, "to", head, {.maximum = head});
  if (!to) return to.error();
  const auto from = required_number(call, "from", {.maximum = *to});
  if (!from) return from.error();
  const auto proof = (*log)->prove_consistency(*from, *to);
  if (!proof) return proof.error();
  JsonWriter json;
  json.begin_object().field("from", *from).field("to", *to).key("from_root");
  write_hash(proof->from_root, json);
  json.key("to_root");
  write_hash(proof->to_root, json);
  json.key("proof");
  write_hashes(proof->hashes, json);
  json.end_object();
  return http::json_text(200, json.take());
}

Result<http::Response> get_receipt(const ReadCall& call) {
  const auto version = version_in_path(call.views, call.path);
  if (!version) return version.error();
  return application::receipt_of(call.application, call.views, *version, "");
}

Result<http::Response> get_proof(const ReadCall& call) {
  const auto position = position_in_path(call.path);
  if (!position || position->value() == 0 || *position > call.views.checkpoint()) {
    return Error{ErrorCode::not_found, "there is no such commit of a codelist", {}};
  }
  return application::proof_of_commit(call.application, call.views, *position);
}

}  // namespace

std::vector<Endpoint> proof_endpoints() {
  return {{.method = Method::get,
           .path = "/api/v2/log/inclusion",
           .id = "proveInclusion",
           .summary = "The proof that the log of `size` commits has the one at `position`.",
           .query = {parameters::position, parameters::size},
           .answer = "InclusionProof",
           .read = get_inclusion},
          {.method = Method::get,
           .path = "/api/v2/log/consistency",
           .id = "proveConsistency",
           .summary = "The proof that the log of `to` commits begins with that of `from` commits.",
           .query = {parameters::from_size, parameters::to_size},
           .answer = "ConsistencyProof",
           .read = get_consistency},
          {.method = Method::get,
           .path = "/api/v2/commits/{position}/proof",
           .id = "proveCommit",
           .summary = "The proof that a commit about codelists is in the log: its octets, and "
                      "under which checkpoint.",
           .answer = "Receipt",
           .media_type = "text/plain; charset=utf-8",
           .read = get_proof},
          {.method = Method::get,
           .path = "/api/v2/versions/{hash}/receipt",
           .id = "getReceipt",
           .summary = "The proof that a finished version is in the log: its commit, and under "
                      "which checkpoint.",
           .answer = "Receipt",
           .media_type = "text/plain; charset=utf-8",
           .read = get_receipt}};
}

}  // namespace codelog::api

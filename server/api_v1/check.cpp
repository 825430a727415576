#include "server/api_v1/check.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/text.h"
#include "server/api_v1/writes.h"
#include "server/commands/csv_table.h"
#include "server/commands/version_names.h"
#include "server/files/downloads.h"
#include "server/http/multipart.h"
#include "server/http/urlencoded.h"
#include "server/json/json_reader.h"
#include "server/json/json_writer.h"

namespace codelog::api_v1 {
namespace {

using application::Application;
using base::Error;
using base::ErrorCode;
using base::Result;
using codelog::json::JsonStyle;
using codelog::json::JsonWriter;
using commands::NamedVersion;
using http::Method;
using http::Request;
using http::Response;
using projections::Views;

// Each line costs making a file.
constexpr std::size_t lines_max = 2'000;
// Both files of the largest allowed study take about 1 MB.
constexpr std::size_t form_bytes_max = 4u << 20;

struct ManifestFile {
  std::string id;
  std::optional<std::string> sha;
};

// Accepts both kinds of forms: the default of browsers and scripts, and the kind for files.
Result<http::Parameters> read_form(const Request& request) {
  if (request.media_type() != "multipart/form-data") return http::parse_form(request);
  auto form = http::parse_multipart(request);
  if (!form) return form.error();
  return std::move(form->fields);
}

Response status_ok() {
  JsonWriter json(JsonStyle::python);
  json.begin_object().field("status", "ok").end_object();
  return http::json_text(200, json.take());
}

Response status_error(std::string_view sentence) {
  JsonWriter json(JsonStyle::python);
  json.begin_object().field("status", "error").key("data").begin_object();
  json.field("error", sentence).end_object().end_object();
  return http::json_text(200, json.take());
}

// --- codelists.txt

std::vector<std::string> read_lines(std::string_view text) {
  text = base::without_byte_order_mark(text);
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = base::trim_unicode_space(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    while (line.ends_with('/')) line.remove_suffix(1);
    if (!line.empty() && line.front() != '#') lines.emplace_back(line);
  }
  return lines;
}

bool is_slug(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '|' || c >= 0x80;
  });
}

struct VersionName {
  events::Owner owner;
  std::string_view slug;
  std::string_view tag_or_hash;
};

// "org/slug/version", optionally with a '/' in front, or "user/name/slug/version".
std::optional<VersionName> parse_line(std::string_view line) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; from <= line.size();) {
    const std::size_t end = std::min(line.find('/', from), line.size());
    parts.push_back(line.substr(from, end - from));
    from = end + 1;
  }
  const bool is_of_user = parts.size() == 4 && parts.front() == "user";
  const bool is_absolute = parts.size() == 4 && parts.front().empty();
  if (is_of_user || is_absolute) parts.erase(parts.begin());
  if (parts.size() != 3 || !is_slug(parts[0]) || !is_slug(parts[1]) || parts[2].empty()) {
    return std::nullopt;
  }
  const auto kind = is_of_user ? events::OwnerKind::user : events::OwnerKind::organisation;
  return VersionName{{kind, std::string(parts[0])}, parts[1], parts[2]};
}

// A study may write the name plainly, or escaped as in the version's URL.
std::optional<NamedVersion> find_version(const Views& views, const VersionName& name) {
  auto found = commands::find_version(views, name.owner, name.slug, name.tag_or_hash);
  if (found || name.tag_or_hash.find('%') == std::string_view::npos) return found;
  std::string decoded;
  http::append_decoded(name.tag_or_hash, http::PlusSign::literal, decoded);
  return commands::find_version(views, name.owner, name.slug, decoded);
}

// --- codelists.json

// The names in the manifest's object `files`, in their order in the text. The answer keeps this
// order; a JSON tree would sort by name.
class FileNames final : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::vector<std::string> take() { return std::move(names_); }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return open(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (depth_ == 1) {
      is_in_files_ = name == "files";
      // Python keeps the second of two equal keys.
      if (is_in_files_) {
        names_.clear();
        known_.clear();
      }
    } else if (depth_ == 2 && is_in_files_ && known_.insert(name).second) {
      names_.push_back(name);
    }
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool open() {
    ++depth_;
    return true;
  }
  bool close() {
    --depth_;
    return true;
  }

  int depth_ = 0;
  bool is_in_files_ = false;
  std::vector<std::string> names_;
  // A tree, because clients can choose keys that all have one hash.
  std::set<std::string> known_;
};

// `text` is the source of the parsed `manifest`.
Result<std::vector<ManifestFile>> read_files(const nlohmann::json& manifest,
                                             std::string_view text) {
  const auto wrong = [](const std::string& detail) {
    return base::field_error(ErrorCode::invalid, "manifest", detail);
  };
  if (!manifest.is_object() || !manifest.contains("files") || !manifest.at("files").is_object()) {
    return wrong("has no object `files`");
  }
  const nlohmann::json& by_name = manifest.at("files");
  FileNames names;
  nlohmann::json::sax_parse(text, &names);
  std::vector<ManifestFile> files;
  for (const std::string& name : names.take()) {
    const nlohmann::json& file = by_name.at(name);
    const bool is_named = file.is_object() && file.contains("id") && file.at("id").is_string();
    if (!is_named) return wrong("the file " + name + " has no text `id`");
    ManifestFile read{file.at("id").get<std::string>(), std::nullopt};
    if (file.contains("sha") && file.at("sha").is_string()) read.sha = file.at("sha");
    files.push_back(std::move(read));
  }
  return files;
}

// --- The check

void write_list(std::string_view name, const std::vector<std::string>& lines, JsonWriter& json) {
  json.key(name).begin_array();
  for (const std::string& line : lines) json.value(line);
  json.end_array();
}

using Shas = std::vector<std::string>;
using ShasByLine = std::map<std::string_view, const Shas*>;

Result<Response> compare(const std::vector<std::string>& lines, const ShasByLine& shas,
                         const std::vector<ManifestFile>& files) {
  std::vector<std::string> added, removed, changed;
  std::set<std::string_view> known;
  for (const ManifestFile& file : files) known.insert(file.id);
  for (const std::string& line : lines) {
    if (known.insert(line).second) added.push_back(line);
  }
  for (const ManifestFile& file : files) {
    const auto found = shas.find(file.id);
    if (found == shas.end()) {
      removed.push_back(file.id);
      continue;
    }
    if (!file.sha) {
      return base::field_error(ErrorCode::invalid, "manifest", file.id + " has no text `sha`");
    }
    const Shas& valid = *found->second;
    if (std::ranges::find(valid, *file.sha) == valid.end()) changed.push_back(file.id);
  }
  if (added.empty() && removed.empty() && changed.empty()) return status_ok();
  JsonWriter json(JsonStyle::python);
  json.begin_object().field("status", "error").key("data").begin_object();
  write_list("added", added, json);
  write_list("removed", removed, json);
  write_list("changed", changed, json);
  json.end_object().end_object();
  return http::json_text(200, json.take());
}

Result<Response> check(Application& application, const Request& request) {
  const auto form = read_form(request);
  if (!form) return form.error();
  for (const char* field : {"codelists", "manifest"}) {
    if (!form->has(field)) return base::field_error(ErrorCode::invalid, field, "is required");
  }
  const std::vector<std::string> lines = read_lines(form->get("codelists"));
  if (lines.size() > lines_max) {
    return base::field_error(ErrorCode::invalid, "codelists",
                             "has more than " + std::to_string(lines_max) + " codelists");
  }
  const std::string_view text = form->get("manifest");
  const auto manifest = codelog::json::parse_json(text, codelog::json::DuplicateKeys::last_wins);
  if (!manifest) return status_error("Codelists manifest file is invalid");
  const auto files = read_files(*manifest, text);
  if (!files) return files.error();
  const Views views = application.views_for(request);
  ShasByLine by_line;
  std::map<base::VersionId, Shas> by_version;  // several lines may share one version
  for (const std::string& line : lines) {
    if (by_line.contains(line)) continue;
    const auto name = parse_line(line);
    if (!name) return status_error(line + " does not match expected codelist pattern");
    const auto found = find_version(views, *name);
    if (!found) return status_error(line + " could not be found");
    if (!files::is_downloadable(views, found->codelist, found->version)) {
      return status_error(line + " is not downloadable");
    }
    const auto [shas, is_new] = by_version.try_emplace(found->version.id);
    if (is_new) {
      auto valid = files::valid_shas(application.site(), views, found->codelist, found->version);
      if (!valid) return valid.error();
      shas->second = std::move(*valid);
    }
    by_line.emplace(line, &shas->second);
  }
  return compare(lines, by_line, *files);
}

}  // namespace

void add_check_route(http::Router& router, Application& application) {
  constexpr const char* pattern = "/api/v1/check/";
  router.add({.methods = {Method::post},
              .pattern = pattern,
              .runs_on = http::RunsOn::worker,
              .handler =
                  [&application](const Request& request, auto&) {
                    auto answer = check(application, request);
                    return answer ? std::move(*answer) : refused(request, answer.error());
                  },
              .body_bytes_max = form_bytes_max,
              .implied = http::ImpliedMethods::none});
  // OpenCodelists' exact words: its list of methods lacks the brackets.
  router.add({.methods = {Method::get, Method::head, Method::put, Method::patch, Method::delete_,
                          Method::options},
              .pattern = pattern,
              .handler = [](auto&, auto&) { return method_not_allowed("P, O, S, T"); },
              .implied = http::ImpliedMethods::none});
}

}  // namespace codelog::api_v1

#include "server/pages/assets.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "events/base/check.h"
#include "events/base/digest.h"
#include "server/pages/embedded_files.h"

namespace codelog::pages {
namespace {

constexpr std::string_view assets_folder = "/assets/";
constexpr std::size_t hash_characters = 10;
// A year, the longest that caches take seriously.
constexpr const char* for_good = "public, max-age=31536000, immutable";

std::string_view type_of(std::string_view name) {
  const std::string_view ending = name.substr(std::min(name.rfind('.'), name.size()));
  if (ending == ".js") return "text/javascript; charset=utf-8";
  if (ending == ".css") return "text/css; charset=utf-8";
  if (ending == ".svg") return "image/svg+xml";
  if (ending == ".woff2") return "font/woff2";
  if (ending == ".webp") return "image/webp";
  if (name == "speculation.json") return "application/speculationrules+json";
  return "application/json";
}

// "icons.svg" as "icons-1a2b3c4d5e.svg".
std::string hashed_name(std::string_view name, std::string_view bytes) {
  const std::size_t dot = name.rfind('.');
  const std::string hash = base::to_hex(base::sha256(bytes)).substr(0, hash_characters);
  return std::string(name.substr(0, dot)) + "-" + hash + std::string(name.substr(dot));
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
}

// Without comments and the spaces that begin lines, which are a seventh of the compressed bytes.
std::string without_padding(std::string_view css) {
  std::string kept;
  bool is_line_begin = true;
  for (std::size_t at = 0; at < css.size(); ++at) {
    if (css.substr(at, 2) == "/*") {
      at = css.find("*/", at);
      CODELOG_CHECK(at != std::string_view::npos, "a comment of a style sheet has no end");
      ++at;
      continue;
    }
    const bool is_space = css[at] == ' ' || css[at] == '\n';
    if (is_line_begin && is_space) continue;
    is_line_begin = css[at] == '\n';
    kept += css[at];
  }
  return kept;
}

// The style sheets that styles/index.css imports, one after the other. Each states its layer
// itself.
std::string all_styles() {
  std::map<std::string_view, std::string_view> sheets;
  for (const EmbeddedFile& file : embedded_files("styles/")) sheets[file.path] = file.bytes;
  std::string_view index = sheets.at("styles/index.css");
  std::string all;
  constexpr std::string_view import = "@import url(\"./";
  for (std::size_t at = 0; (at = index.find(import, at)) != std::string_view::npos; ++at) {
    const std::size_t begin = at + import.size();
    std::string path = "styles/";
    path += index.substr(begin, index.find('"', begin) - begin);
    const auto sheet = sheets.find(path);
    CODELOG_CHECK(sheet != sheets.end(), "styles/index.css imports " + path);
    all += sheet->second;
  }
  return without_padding(all);
}

bool accepts_brotli(const http::Request& request) {
  const auto accepted = request.header("Accept-Encoding");
  if (!accepted) return false;
  std::string_view rest = *accepted;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    if (http::trim(rest.substr(0, end)) == "br") return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

}  // namespace

Assets::Assets() {
  add_own_files();
  add_scripts();
}

void Assets::add(std::string_view name, std::string_view type, std::string bytes) {
  std::string served = hashed_name(name.substr(name.rfind('/') + 1), bytes);
  paths_.emplace(name, std::string(assets_folder) + served);
  served_.emplace(std::move(served),
                  Asset{http::make_cached_body(std::string(type), std::move(bytes)), nullptr});
}

void Assets::add_own_files() {
  constexpr std::string_view folder = "public/";
  std::string styles = all_styles();
  for (const EmbeddedFile& file : embedded_files(folder)) {
    const std::string_view name = file.path.substr(folder.size());
    add(name, type_of(name), std::string(file.bytes));
    replace_all(styles, "/" + std::string(file.path), paths_.find(name)->second);
  }
  add("site.css", type_of("site.css"), std::move(styles));
}

void Assets::add_scripts() {
  const auto files = built_scripts();
  const auto manifest = files.find("manifest.json");
  if (manifest == files.end()) return;
  const auto json = nlohmann::json::parse(manifest->second);
  for (const auto& [name, bytes] : files) {
    constexpr std::string_view built = "assets/";
    if (!name.starts_with(built) || name.ends_with(".br") || name.ends_with(".gz")) continue;
    Asset asset{http::make_cached_body(std::string(type_of(name)), std::string(bytes)), nullptr};
    const auto share = [&](const std::string& ending) -> http::SharedBody {
      const auto packed = files.find(name + ending);
      return packed == files.end() ? nullptr : http::SharedBytes::make(std::string(packed->second));
    };
    asset.brotli = share(".br");
    if (http::SharedBody gzip = share(".gz")) asset.body.gzip = std::move(gzip);
    served_.emplace(name.substr(built.size()), std::move(asset));
  }
  for (const auto& [source, chunk] : json.items()) {
    if (!chunk.value("isEntry", false)) continue;
    Entry entry{"/" + chunk.at("file").get<std::string>(), {}, {}};
    for (const auto& imported : chunk.value("imports", nlohmann::json::array())) {
      entry.preloads.push_back("/" + json.at(imported).at("file").get<std::string>());
    }
    for (const auto& style : chunk.value("css", nlohmann::json::array())) {
      entry.styles.push_back("/" + style.get<std::string>());
    }
    entries_.emplace(source, std::move(entry));
  }
}

const std::string& Assets::path_of(std::string_view name) const {
  const auto found = paths_.find(name);
  CODELOG_CHECK(found != paths_.end(), "there is no file " + std::string(name));
  return found->second;
}

const Assets::Entry* Assets::find_entry(std::string_view source) const {
  const auto found = entries_.find(source);
  return found == entries_.end() ? nullptr : &found->second;
}

http::Response Assets::answer(const http::Request& request, std::string_view name) const {
  const auto found = served_.find(name);
  if (found == served_.end()) {
    http::Response response =
        http::content(404, "text/plain; charset=utf-8", "There is no such file.\n");
    return response.add("Cache-Control", "no-store");
  }
  const Asset& asset = found->second;
  http::Response response = http::cached(asset.body);
  response.add("Cache-Control", for_good);
  if (!asset.brotli) return response;
  response.add("Vary", "Accept-Encoding");
  if (!accepts_brotli(request)) return response;
  response.shared_body = asset.brotli;
  response.shared_gzip = nullptr;
  response.compression = http::Compression::never;
  response.etag.insert(response.etag.size() - 1, "-br");
  return response.add("Content-Encoding", "br");
}

const Assets& site_assets() {
  static const Assets assets;
  return assets;
}

}  // namespace codelog::pages

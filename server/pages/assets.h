// The files that pages load: the style sheet, scripts, fonts, icons. Each is served under a name
// with the hash of its content, so that browsers keep it for good. Constant after the first use;
// any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/response.h"

namespace codelog::pages {

class Assets {
 public:
  Assets();

  // "/assets/icons-1a2b3c4d.svg" for "icons.svg". Of a file that exists (checked).
  const std::string& path_of(std::string_view name) const;

  // The scripts of an entry of vite.config.ts ("src/site.ts"), and those that it imports at once,
  // for preloading. Nothing if the program was built without scripts.
  struct Entry {
    std::string script;
    std::vector<std::string> preloads;
    std::vector<std::string> styles;
  };
  const Entry* find_entry(std::string_view source) const;

  // Answers a request for "/assets/NAME".
  http::Response answer(const http::Request& request, std::string_view name) const;

 private:
  struct Asset {
    http::CachedBody body;
    http::SharedBody brotli;
  };
  void add_own_files();
  void add_scripts();
  void add(std::string_view name, std::string_view type, std::string bytes);

  std::map<std::string, std::string, std::less<>> paths_;  // by own name
  std::map<std::string, Asset, std::less<>> served_;       // by name in the address
  std::map<std::string, Entry, std::less<>> entries_;      // by source
};

// Those of this program.
const Assets& site_assets();

}  // namespace codelog::pages

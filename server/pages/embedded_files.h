// The files of server/web that are part of the program: templates, styles, fonts, icons, and the
// scripts that Vite built. Constant; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace codelog::pages {

struct EmbeddedFile {
  std::string_view path;  // below server/web: "pages/home.html"
  std::string_view bytes;
};

// By path.
std::vector<EmbeddedFile> embedded_files(std::string_view folder);

// The files of a pack (server/web/vite/pack.ts), by name. The pack is ours, so it is well formed
// (checked). Views into `pack`.
std::map<std::string, std::string_view> read_pack(std::string_view pack);

// The built scripts; nothing in a build without them.
std::map<std::string, std::string_view> built_scripts();

}  // namespace codelog::pages

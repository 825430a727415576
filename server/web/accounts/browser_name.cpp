#include "server/web/accounts/browser_name.h"

#include <algorithm>
#include <array>
#include <utility>

#include "events/base/text.h"

namespace codelog::web {
namespace {

constexpr std::size_t program_bytes_max = 40;

// A mark in the header, and its name. Most browsers claim to be others too, so order matters.
using Mark = std::pair<std::string_view, std::string_view>;
constexpr std::array<Mark, 8> known_browsers = {
    Mark{"Edg", "Edge"},         Mark{"OPR/", "Opera"},     Mark{"SamsungBrowser/", "Samsung"},
    Mark{"Firefox/", "Firefox"}, Mark{"FxiOS/", "Firefox"}, Mark{"CriOS/", "Chrome"},
    Mark{"Chrome/", "Chrome"},   Mark{"Safari/", "Safari"}};
constexpr std::array<Mark, 7> known_systems = {
    Mark{"iPhone", "an iPhone"}, Mark{"iPad", "an iPad"},   Mark{"Android", "Android"},
    Mark{"Windows", "Windows"},  Mark{"Mac OS X", "macOS"}, Mark{"CrOS", "ChromeOS"},
    Mark{"Linux", "Linux"}};

template <std::size_t count>
std::string_view name_in(std::string_view text, const std::array<Mark, count>& marks) {
  const auto* const found = std::ranges::find_if(
      marks, [&](const Mark& mark) { return text.find(mark.first) != std::string_view::npos; });
  return found == marks.end() ? std::string_view() : found->second;
}

}  // namespace

std::string browser_name(std::string_view user_agent) {
  const std::string_view browser = name_in(user_agent, known_browsers);
  const std::string_view system = name_in(user_agent, known_systems);
  if (browser.empty()) {
    const std::string_view program = user_agent.substr(0, user_agent.find_first_of(" /"));
    if (program.empty()) return "An unknown program";
    return std::string(base::utf8_prefix(program, program_bytes_max));
  }
  std::string name(browser);
  if (!system.empty()) name.append(" on ").append(system);
  return name;
}

}  // namespace codelog::web

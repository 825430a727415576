#include "server/web/accounts/browser_name.h"

#include <catch2/catch.hpp>

namespace codelog::web {

TEST_CASE("a session's browser has a name that people know", "[web]") {
  const std::pair<const char*, const char*> names[] = {
      {"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
       "Firefox on Linux"},
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
       "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
       "Edge on Windows"},
      {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
       "Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
       "Safari on an iPhone"},
      {"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36",
       "Chrome on Android"},
      {"curl/8.5.0", "curl"},
      {"", "An unknown program"}};
  for (const auto& [user_agent, name] : names) CHECK(browser_name(user_agent) == name);
}

}  // namespace codelog::web

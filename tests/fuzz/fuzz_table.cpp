// Reads any bytes as an uploaded table of codes: what is stored is UTF-8, and stored again as it
// is.
#include <cstdint>
#include <string>
#include <string_view>

#include "coding_systems/base/coding_system.h"
#include "events/base/check.h"
#include "events/base/text.h"
#include "server/commands/uploaded_table.h"

namespace base = codelog::base;
namespace commands = codelog::commands;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto* system = codelog::coding_systems::find_coding_system("opcs4");
  CODELOG_CHECK(system != nullptr, "OPCS-4 is known");
  commands::TableRules rules;
  rules.takes_published_titles = data[0] % 2 == 1;
  if (data[0] % 4 >= 2) rules.code_column = "icd";
  const auto stored = commands::contents_of_csv(text, *system, nullptr, rules);
  if (!stored) {
    CODELOG_CHECK(!stored.error().detail.empty(), "a refusal says why");
    return 0;
  }
  CODELOG_CHECK(base::is_utf8(*stored), "a stored table is UTF-8");
  // As in OpenCodelists, CR CR LF becomes CR LF, and that LF at the next time.
  if (stored->find("\r\n") == std::string::npos) {
    const auto again = commands::contents_of_csv(*stored, *system, nullptr, {});
    CODELOG_CHECK(again && *again == *stored, "a stored table changes when it is uploaded again");
  }
  const auto codes = commands::codes_of_csv(*stored, "list");
  if (!codes) CODELOG_CHECK(!codes.error().detail.empty(), "a refusal says why");
  return 0;
}

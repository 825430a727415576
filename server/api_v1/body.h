// The JSON bodies of API v1: OpenCodelists' checks in its order and words, and behind them the
// checks that it does without (and fails over). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/commands/codelist_commands.h"
#include "server/commands/version_commands.h"

namespace codelog::api_v1 {

using base::Result;

// POST /api/v1/codelist/{owner}/.
struct CodelistBody {
  std::string name;
  std::string coding_system;
  std::string release;
  std::optional<std::vector<std::string>> codes;  // one of both
  std::optional<std::string> csv_data;
  std::optional<std::string> slug, new_slug, tag, description, methodology;
  std::vector<events::Reference> references;
  std::vector<events::SignOff> signoffs;
  bool always_create_new_version = false;
  commands::CodesRules codes_rules;
  bool should_publish = false;
};

// Errors: invalid; the detail is the answer's "error".
Result<CodelistBody> parse_codelist_body(std::string_view text);

// POST /api/v1/codelist/{owner}/{slug}/versions/.
Result<commands::CreateVersion> parse_version_body(std::string_view text);

}  // namespace codelog::api_v1

// The JSON bodies of API v1. Makes OpenCodelists' checks in its order and words, then the checks
// that it lacks (and fails without). Pure.
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
  std::optional<std::vector<std::string>> codes;  // exactly one of codes and csv_data
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

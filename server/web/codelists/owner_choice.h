// The field of a form for a new codelist's owner: oneself, or an organisation that one is a member
// of.
#pragma once

#include <optional>
#include <string_view>

#include "server/web/visit.h"

namespace codelog::web {

Choices owner_choices(const Visit& visit);
// "user:alice", "organisation:test-org"
std::optional<events::Owner> parse_owner_value(std::string_view text);
// That of the form's field "owner"; without one, the visitor. Errors: invalid, naming "owner".
base::Result<events::Owner> chosen_owner(const Visit& visit, const http::Form& form);

}  // namespace codelog::web

// Rows of a form that a person adds and removes, in Django's names: PREFIX-TOTAL_FORMS, and
// PREFIX-0-FIELD, PREFIX-1-FIELD… Pure.
#pragma once

#include <optional>
#include <vector>

#include "events/event.h"
#include "server/http/request.h"
#include "server/web/form.h"

namespace codelog::web {

// References are rows "reference" with text and url; an address without a scheme gets https://.
// Sign-offs are rows "signoff" with user and date, as YYYY-MM-DD or MM/DD/YYYY. Rows that are blank
// or marked with DELETE are left out. Nothing if the form has no such rows, not even blank ones.
// Errors: invalid, naming the field.
base::Result<std::optional<std::vector<events::Reference>>> references_of(
    const http::Parameters& fields);
base::Result<std::optional<std::vector<events::SignOff>>> signoffs_of(
    const http::Parameters& fields);

// The fields of the rows, with two blank rows at the end.
FieldSet reference_rows(const std::vector<events::Reference>& references);
FieldSet signoff_rows(const std::vector<events::SignOff>& signoffs);

}  // namespace codelog::web

// The people who have a draft of a codelist open, as JSON.
#pragma once

#include <string>

#include "server/application/application.h"
#include "server/json/json_writer.h"

namespace codelog::api {

// [{"username":…,"name":…,"version":…,"code":… or null}, …], by username.
void write_people(const application::Application& application, base::CodelistId codelist,
                  json::JsonWriter& json);

}  // namespace codelog::api

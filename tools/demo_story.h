// What the people of the demonstration do in the course of weeks: codelists with several versions,
// reasons, a draft in conflict, a medicine list, a clone, one that only its owner reads.
#pragma once

#include "server/application/application.h"
#include "tools/demo_time.h"

namespace codelog::tools {

// True if all codelists of the story are there.
bool has_demo_story(const projections::Views& views);
// Plays the parts of the codelists that are missing, in the order of days. The people, their
// organisations and the releases must be there. Errors: those of the commands.
base::Result<void> tell_demo_story(application::Application& application, DemoTime& time);

}  // namespace codelog::tools

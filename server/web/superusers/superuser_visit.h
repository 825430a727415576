// What the pages for administrators of the site share: who may see them, the reason that each
// action asks for, and what the log says about a thing.
#pragma once

#include <string>

#include "events/stream.h"
#include "server/web/visit.h"

namespace codelog::web {

// 403 with a sentence for all others.
Page for_superusers(Page page);
FormAction for_superusers(FormAction action);

// The field "reason", and the write that puts it into the log.
Field reason_field(std::string hint = {});
commands::Write explained(const Visit& visit, const http::Form& form);

// The form with what was typed into it, for showing it again.
Form with_typed(Form form, const http::Parameters& typed);

// True if the form can be mended: its page is shown again with the problem.
bool is_mendable(const base::Error& error);

// The person's name and address; empty texts if they cannot be opened.
accounts::PersonalData personal_data_of(const Visit& visit, const projections::UserRecord& user);

// {{>RECORD}}: the last commits of the stream, without those that `except` made.
void add_record(const Visit& visit, pages::Section& place, const events::Stream& stream,
                const std::string& except = {});

// A page of the section: its navigation, then the content.
http::Response superuser_page(const Visit& visit, const std::string& title,
                              const pages::Html& content);
// The same with a form that asks before something happens.
http::Response superuser_form(const Visit& visit, const std::string& title, const Form& form,
                              const Problems& problems, const std::string& back);

}  // namespace codelog::web

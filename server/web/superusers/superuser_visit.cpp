#include "server/web/superusers/superuser_visit.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <variant>

#include "server/application/pages.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

constexpr std::size_t recorded_max = 20;
// Signing in and out makes most commits of a person.
constexpr std::size_t commits_read_max = 200;

http::Response not_for_others(const Visit& visit) {
  return visit.page(403, application::error_title(403),
                    "Only administrators of the site may see this page.");
}

// "DeactivateUser" -> "Deactivate user"
std::string words_of_command(std::string_view command) {
  std::string words;
  for (const char c : command) {
    const bool is_capital = std::isupper(static_cast<unsigned char>(c)) != 0;
    if (is_capital && !words.empty()) words += ' ';
    const bool is_first = words.empty();
    words += is_first ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return words;
}

std::string reason_of(const events::Commit& commit) {
  for (const events::Event& event : commit.content.events) {
    const std::string reason = std::visit(
        [](const auto& value) -> std::string {
          if constexpr (requires { value.reason; }) return value.reason;
          return {};
        },
        static_cast<const events::AnyEvent&>(event));
    if (!reason.empty()) return reason;
  }
  return {};
}

void add_commit(const Visit& visit, pages::Section& record, const events::Commit& commit) {
  pages::Section row = record.add("COMMIT");
  row.set("POSITION", pages::grouped(commit.position.value()));
  row.set("WHAT", words_of_command(commit.content.command));
  row.set("ACTOR", shown_name(visit.views(), commit.content.actor));
  row.set_and_show("REASON", reason_of(commit));
  add_time(row, "TIME", commit.content.time);
}

// The pages of the section, in the order of their tabs.
constexpr std::array<std::pair<const char*, const char*>, 5> section_pages = {
    std::pair{"/superusers/", "Find"}, std::pair{"/superusers/users/", "People"},
    std::pair{"/superusers/organisations/", "Organisations"},
    std::pair{"/superusers/codelists/", "Codelists"},
    std::pair{"/superusers/releases/", "Releases"}};

}  // namespace

Page for_superusers(Page page) {
  return [page = std::move(page)](const Visit& visit) {
    return visit.actor().is_admin ? page(visit) : not_for_others(visit);
  };
}

FormAction for_superusers(FormAction action) {
  return [action = std::move(action)](const Visit& visit, const http::Form& form) {
    return visit.actor().is_admin ? action(visit, form) : not_for_others(visit);
  };
}

Field reason_field(std::string hint) {
  return {.name = "reason",
          .label = "Why (the log keeps it)",
          .hint = std::move(hint),
          .is_required = false};
}

commands::Write explained(const Visit& visit, const http::Form& form) {
  return {visit.actor(), std::nullopt, text_of(form, "reason")};
}

Form with_typed(Form form, const http::Parameters& typed) {
  for (Field& field : form.fields) {
    const bool is_kept = field.kind != FieldKind::hidden && typed.has(field.name);
    if (is_kept) field.value = std::string(typed.get(field.name));
  }
  return form;
}

bool is_mendable(const base::Error& error) {
  const int status = http::http_status(error.code);
  return status == 400 || status == 404 || status == 409 || status == 413;
}

accounts::PersonalData personal_data_of(const Visit& visit, const projections::UserRecord& user) {
  if (user.is_erased) return {};
  auto data = commands::open_personal_data(visit.application().site().keys, user);
  return data ? std::move(*data) : accounts::PersonalData();
}

void add_record(const Visit& visit, pages::Section& place, const events::Stream& stream,
                const std::string& except) {
  pages::Section record = place.include("RECORD", "_record.html");
  const events::Log& log = visit.application().site().log;
  const auto reader =
      log.read_stream(stream, visit.views().stream_version(stream), events::Direction::backward);
  std::size_t shown = 0;
  for (std::size_t read = 0; read < commits_read_max && shown < recorded_max; ++read) {
    const auto commit = reader->next();
    if (!commit) break;
    if (!*commit || (!except.empty() && (*commit)->content.actor == except)) continue;
    add_commit(visit, record, **commit);
    ++shown;
  }
  record.show(shown == 0 ? "NOTHING" : "COMMITS");
}

http::Response superuser_page(const Visit& visit, const std::string& title,
                              const pages::Html& content) {
  pages::Template page("superuser.html");
  const std::string_view path = visit.request().path();
  for (const auto& [target, words] : section_pages) {
    const bool is_start = std::string_view(target) == section_pages.front().first;
    pages::Section link = page.add("PAGE");
    link.set("PATH", target).set("WORDS", words);
    link.show_if(is_start ? path == target : path.starts_with(target), "HERE");
  }
  page.set("TITLE", title).set("CONTENT", content);
  return visit.page({.title = title, .has_own_heading = true, .width = pages::Width::wide},
                    page.expand());
}

http::Response superuser_form(const Visit& visit, const std::string& title, const Form& form,
                              const Problems& problems, const std::string& back) {
  pages::Template content("superuser_form.html");
  content.set("PROBLEMS", problems_html(form, problems)).set("FORM", visit.form(form, problems));
  content.set("BACK", back);
  return superuser_page(visit, title, content.expand());
}

}  // namespace codelog::web

#include "server/api/live_history.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "events/base/thrown_error.h"
#include "server/api/history.h"
#include "server/api/presence.h"
#include "server/identity/authentication.h"

namespace codelog::api {
namespace {

using base::Position;

// The log shows a commit a moment after the views.
constexpr std::chrono::seconds log_wait_max{1};
constexpr const char* nobody = "{\"people\":[]}";
// Less than wait_max(), after which a stream is asked again.
constexpr std::chrono::seconds silence_max{8};
// Room for the lines around the data of an event.
constexpr std::size_t data_bytes_max = http::stream_piece_bytes_max - 256;

class LiveHistory final : public http::BodyStream {
 public:
  LiveHistory(application::Application& application, const LiveReader& reader, Position after)
      : application_(application),
        request_(reader.request),
        codelist_(reader.codelist),
        after_(after) {}
  ~LiveHistory() override { stop_waiting(); }

  Next next(std::string& bytes) override {
    // The reader may have lost the codelist, or been signed out, since the last piece.
    const projections::Views views = application_.views_for(request_);
    if (!views.may_read(codelist_) || !application_.may_enter(request_)) return Next::end;
    if (may_have_news_->exchange(false) && read_next(views, bytes)) {
      *may_have_news_ = true;
      return say();
    }
    if (tell_people(views, bytes)) return say();
    // Also when the stream begins, so that the client gets the head of the answer at once.
    if (said_at_ && Clock::now() - *said_at_ < silence_max) return Next::later;
    bytes = ":\n\n";
    return say();
  }

  bool computes() const override { return *may_have_news_; }

  void on_more(std::function<void()> wake) override {
    stop_waiting();
    const auto news = may_have_news_;
    wait_ = application_.live_commits().wait(codelist_, seen_, [news, wake = std::move(wake)] {
      *news = true;
      wake();
    });
    // Somebody may have come before the wait began. Then all wake up once too often.
    if (people_json() != people_seen_) application_.live_commits().wake(codelist_);
  }

 private:
  using Clock = std::chrono::steady_clock;

  Next say() {
    said_at_ = Clock::now();
    return Next::bytes;
  }

  // Returns false if there is no commit yet.
  bool read_next(const projections::Views& views, std::string& bytes) {
    const Position checkpoint = views.checkpoint();
    if (!application_.site().log.wait_for(checkpoint, log_wait_max)) return false;
    const auto commit = next_commit_json(application_.site().log, views, codelist_,
                                         {.after = after_, .bytes_max = data_bytes_max});
    if (!commit) throw base::ThrownError(commit.error(), "a stream of commits ends");
    if (!*commit) {
      seen_ = checkpoint;
      return false;
    }
    after_ = (*commit)->position;
    bytes = "id: " + std::to_string(after_.value()) + "\nevent: commit\ndata: " + (*commit)->json +
            "\n\n";
    return true;
  }

  std::string people_json() const {
    json::JsonWriter json;
    json.begin_object().key("people");
    write_people(application_, codelist_, json);
    json.end_object();
    return json.take();
  }

  // Who has a draft open, for those who may change the codelist. Returns false without news of it.
  bool tell_people(const projections::Views& views, std::string& bytes) {
    std::string people = people_json();
    if (people == people_seen_) return false;
    people_seen_ = std::move(people);
    const auto codelist = views.codelist(codelist_);
    const auto reader = identity::find_reader(request_, views, application_.site());
    if (!codelist || reader.username.empty() || !views.edits(reader.username, *codelist)) {
      return false;
    }
    bytes = "event: presence\ndata: " + people_seen_ + "\n\n";
    return true;
  }

  void stop_waiting() {
    if (wait_ != 0) application_.live_commits().stop(codelist_, std::exchange(wait_, 0));
  }

  application::Application& application_;
  const http::Request request_;
  const base::CodelistId codelist_;
  Position after_;
  Position seen_;  // no commit of the codelist is between `after_` and this
  std::string people_seen_ = nobody;
  // Shared with whoever wakes the stream, perhaps after it has gone.
  std::shared_ptr<std::atomic<bool>> may_have_news_ = std::make_shared<std::atomic<bool>>(true);
  std::optional<Clock::time_point> said_at_;
  std::uint64_t wait_ = 0;
};

}  // namespace

std::shared_ptr<http::BodyStream> live_history(application::Application& application,
                                               const LiveReader& reader, base::Position after) {
  return std::make_shared<LiveHistory>(application, reader, after);
}

}  // namespace codelog::api

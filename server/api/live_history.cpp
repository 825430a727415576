#include "server/api/live_history.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "events/base/thrown_error.h"
#include "server/api/history.h"

namespace codelog::api {
namespace {

using base::Position;

// The log shows a commit a moment after the views.
constexpr std::chrono::seconds log_wait_max{1};
// Room for the lines around the data of an event.
constexpr std::size_t data_bytes_max = http::stream_piece_bytes_max - 256;

class LiveHistory final : public http::BodyStream {
 public:
  LiveHistory(application::Application& application, const LiveReader& reader, Position after)
      : application_(application),
        reader_(reader.username),
        codelist_(reader.codelist),
        after_(after) {}
  ~LiveHistory() override { stop_waiting(); }

  Next next(std::string& bytes) override {
    if (may_have_news_->exchange(false)) {
      // The reader may have lost the codelist since the last commit.
      const projections::Views views = application_.views_for(reader_);
      if (!views.may_read(codelist_)) return Next::end;
      if (read_next(views, bytes)) {
        *may_have_news_ = true;
        is_silent_ = false;
        return Next::bytes;
      }
    }
    // Nothing has happened for as long as a stream may be silent, or the stream begins.
    if (is_silent_) bytes = ":\n\n";
    is_silent_ = !is_silent_;
    return bytes.empty() ? Next::later : Next::bytes;
  }

  bool computes() const override { return *may_have_news_; }

  void on_more(std::function<void()> wake) override {
    stop_waiting();
    const auto news = may_have_news_;
    wait_ = application_.live_commits().wait(codelist_, seen_, [news, wake = std::move(wake)] {
      *news = true;
      wake();
    });
  }

 private:
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

  void stop_waiting() {
    if (wait_ != 0) application_.live_commits().stop(codelist_, std::exchange(wait_, 0));
  }

  application::Application& application_;
  const std::string reader_;
  const base::CodelistId codelist_;
  Position after_;
  Position seen_;  // no commit of the codelist is between `after_` and this
  // Shared with whoever wakes the stream, perhaps after it has gone.
  std::shared_ptr<std::atomic<bool>> may_have_news_ = std::make_shared<std::atomic<bool>>(true);
  // Nothing was said since the last call, which said `later`. At first, so that the client gets the
  // head of the answer at once.
  bool is_silent_ = true;
  std::uint64_t wait_ = 0;
};

}  // namespace

std::shared_ptr<http::BodyStream> live_history(application::Application& application,
                                               const LiveReader& reader, base::Position after) {
  return std::make_shared<LiveHistory>(application, reader, after);
}

}  // namespace codelog::api

// Makes up an OPCS-4: operations on organs, distinguished by part and approach.
#include <string>
#include <vector>

#include "tools/demo/releases.h"
#include "tools/demo/snomedct_words.h"
#include "tools/demo/text.h"
#include "tools/demo/zip_writer.h"

namespace codelog::demo {
namespace {

constexpr std::string_view chapter_letters = "ABCDEFGHJKLMNPQRSTUVWX";
constexpr std::size_t categories_per_chapter = 99;
constexpr std::uint32_t opcs4_codes_max = 12'000;

class Opcs4Maker {
 public:
  explicit Opcs4Maker(const Opcs4Size& size) : wanted_(size.codes_count), chooser_(size.seed) {}

  // Makes chapters one by one until there are enough codes.
  std::string make() {
    for (std::size_t chapter = 0; chapter < chapter_letters.size() && !is_enough(); ++chapter) {
      add_chapter(chapter);
    }
    return std::move(lines_);
  }

 private:
  bool is_enough() const { return codes_count_ >= wanted_; }

  void add(const std::string& code, const std::string& title) {
    lines_.append(code).append("\t").append(title).append("\r\n");
    ++codes_count_;
  }

  void add_chapter(std::size_t chapter) {
    const std::string letter(1, chapter_letters[chapter]);
    const std::string_view organ = organs_[chapter];
    add(letter, join({"Operations on", organ, "and", organs_[chapter + chapter_letters.size()]}));
    for (std::size_t i = 0; i < categories_per_chapter && !is_enough(); ++i) {
      const std::size_t round = i / methods_.size();
      // Whole organs first, then parts of them.
      const std::string_view own_organ =
          round % 2 == 0 ? organ : organs_[chapter + chapter_letters.size()];
      const std::string_view part = round < 2 ? "" : parts_[(round / 2 - 1) % parts_.size()];
      add_category(letter + (i < 9 ? "0" : "") + std::to_string(i + 1),
                   join({methods_[i % methods_.size()], "of", part, own_organ}));
    }
  }

  void add_category(const std::string& code, const std::string& name) {
    add(code, capitalised(name));
    const std::size_t count = 1 + chooser_.below(approaches_.size());
    for (std::size_t i = 0; i < count && !is_enough(); ++i) {
      add(code + "." + std::to_string(i + 1), capitalised(join({approaches_[i], name})));
    }
    if (!is_enough()) add(code + ".8", join({"Other", name}));
    if (!is_enough()) add(code + ".9", join({"Unspecified", name}));
  }

  const std::size_t wanted_;
  Chooser chooser_;
  const std::vector<std::string_view> organs_ = narrowest_texts(DimensionName::organ);
  const std::vector<std::string_view> methods_ = narrowest_texts(DimensionName::method);
  const std::vector<std::string_view> parts_ = narrowest_texts(DimensionName::part);
  const std::vector<std::string_view> approaches_ = narrowest_texts(DimensionName::approach);
  std::string lines_;
  std::size_t codes_count_ = 0;
};

}  // namespace

base::Result<void> make_opcs4_archive(const std::filesystem::path& path, const Opcs4Size& size) {
  if (size.codes_count > opcs4_codes_max) {
    return base::Error{base::ErrorCode::invalid,
                       "at most " + std::to_string(opcs4_codes_max) + " codes can be made up",
                       {}};
  }
  ZipWriter writer;
  writer.add("OPCS4 CodesAndTitles Demo V1.0.txt", Opcs4Maker(size).make());
  return writer.write(path);
}

}  // namespace codelog::demo

// Makes up a Read v2 in the layout of Keyv2.all: disorders of organs, narrowed by one aspect a
// level.
#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

#include "tools/demo/releases.h"
#include "tools/demo/snomedct_words.h"
#include "tools/demo/text.h"
#include "tools/demo/zip_writer.h"

namespace codelog::demo {
namespace {

constexpr std::size_t levels_count = 5;
constexpr std::size_t key_bytes_max = 10;
constexpr std::uint32_t readv2_codes_max = 400'000;  // nearly all distinct codes that exist

struct ReadCode {
  std::string code;
  std::array<std::size_t, levels_count> choices{};  // one for each level down to the code's own
  std::size_t level = 0;  // of the code; 0 for the node above the chapters
  std::size_t children_count = 0;
};

class ReadV2Maker {
 public:
  explicit ReadV2Maker(std::uint64_t seed) : chooser_(seed) {
    for (const std::string_view system : systems_) {
      organs_.push_back(texts_below(DimensionName::organ, system));
    }
    for (const std::string_view severity : narrowest_texts(DimensionName::severity)) {
      courses_.push_back(severity);
    }
  }

  // Adds codes below codes chosen at random, until there are enough.
  std::string make(std::uint32_t codes_count) {
    std::vector<ReadCode> growing = {{.code = "....."}};
    for (std::uint32_t count = 0; count < codes_count; ++count) {
      const std::size_t at = chooser_.below(growing.size());
      ReadCode& above = growing[at];
      ReadCode added = {.code = above.code, .choices = above.choices, .level = above.level + 1};
      added.choices[above.level] = above.children_count;
      added.code[above.level] = character_of(above.level, above.children_count);
      ++above.children_count;
      if (above.children_count == choices_count(above)) {
        std::swap(above, growing.back());
        growing.pop_back();
      }
      add_rows(added);
      if (added.level < levels_count) growing.push_back(std::move(added));
    }
    return std::move(rows_);
  }

 private:
  // Chapters are letters.
  static char character_of(std::size_t level, std::size_t choice) {
    return level == 0 ? static_cast<char>('A' + choice) : code_characters[choice];
  }

  // The largest possible number of codes below this one.
  std::size_t choices_count(const ReadCode& above) const {
    switch (above.level) {
      case 0:
        return systems_.size();
      case 1:
        return organs_[above.choices[0]].size();
      case 2:
        return forms_.size();
      case 3:
        return causes_.size();
      default:
        return courses_.size();
    }
  }

  std::string term_of(const ReadCode& code) const {
    if (code.level == 1) return join({"Disorders of the", systems_[code.choices[0]]});
    const std::string_view organ = organs_[code.choices[0]][code.choices[1]];
    if (code.level == 2) return join({"Disorders of", organ});
    return capitalised(join({course_of(code), forms_[code.choices[2]], "of", organ,
                             code.level > 3 ? "due to" : "", cause_of(code)}));
  }

  // As term_of(), with the organ first.
  std::string synonym_of(const ReadCode& code) const {
    const std::string_view organ = organs_[code.choices[0]][code.choices[1]];
    const std::string_view cause = cause_of(code);
    return capitalised(join({organ, forms_[code.choices[2]], cause.empty() ? "" : "-", cause,
                             code.level > 4 ? "-" : "", course_of(code)}));
  }

  std::string_view cause_of(const ReadCode& code) const {
    return code.level > 3 ? causes_[code.choices[3]] : "";
  }
  std::string_view course_of(const ReadCode& code) const {
    return code.level > 4 ? courses_[code.choices[4]] : "";
  }

  void add_rows(const ReadCode& code) {
    add_term(code.code, "00", term_of(code));
    if (code.level > 2 && chooser_.chance(25)) add_term(code.code, "11", synonym_of(code));
  }

  // Adds a row for every word that finds the term.
  void add_term(const std::string& code, std::string_view term_code, const std::string& term) {
    const TermLengths lengths = lengths_of(term);
    std::size_t place = 0;
    for (std::size_t first = 0; first < term.size();) {
      const std::size_t after = std::min(term.find(' ', first), term.size());
      const std::string_view word = std::string_view(term).substr(first, after - first);
      first = after + 1;
      if (word.size() < 3) continue;
      const std::string place_text = std::to_string(++place);
      add_row({key_of(word), place_text, lengths.in_30, lengths.in_60, lengths.in_198, term_code,
               "EN", code + std::string(term_code), "C"});
    }
  }

  static std::string key_of(std::string_view word) {
    std::string key(word.substr(0, key_bytes_max));
    for (char& c : key) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return key;
  }

  void add_row(std::initializer_list<std::string_view> columns) {
    for (const std::string_view column : columns) rows_.append("\"").append(column).append("\",");
    rows_.back() = '\r';
    rows_ += '\n';
  }

  Chooser chooser_;
  const std::vector<std::string_view> systems_ = texts_below(DimensionName::organ, "");
  std::vector<std::vector<std::string_view>> organs_;  // of each system
  const std::vector<std::string_view> forms_ = narrowest_texts(DimensionName::morphology);
  const std::vector<std::string_view> causes_ = narrowest_texts(DimensionName::cause);
  std::vector<std::string_view> courses_ = narrowest_texts(DimensionName::course);
  std::string rows_;
};

}  // namespace

base::Result<void> make_readv2_archive(const std::filesystem::path& path, const ReadV2Size& size) {
  if (size.codes_count > readv2_codes_max) {
    return base::Error{base::ErrorCode::invalid,
                       "at most " + std::to_string(readv2_codes_max) + " codes can be made up",
                       {}};
  }
  ZipWriter writer;
  writer.add("V2/Unified/Keyv2.all", ReadV2Maker(size.seed).make(size.codes_count));
  return writer.write(path);
}

}  // namespace codelog::demo

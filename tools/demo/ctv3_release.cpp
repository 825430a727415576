// Writes a made-up terminology as CTV3: the official release, and TPP's dictionary and hierarchy.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tools/demo/gzip_writer.h"
#include "tools/demo/releases.h"
#include "tools/demo/snomedct_terminology.h"
#include "tools/demo/text.h"
#include "tools/demo/zip_writer.h"

namespace codelog::demo {
namespace {

constexpr std::string_view root_code = ".....";
constexpr std::string_view metadata_id = "900000000000441003";  // no part of CTV3
constexpr std::string_view archive_name = "nhs_readctv3_25.0.0_20180401000001.zip";
constexpr std::string_view day = "2024-01-01";
constexpr char official_letter = 'Z';  // avoids X78tJ, which readers treat specially
constexpr char tpp_letter = 'Y';
constexpr char term_letter = 'T';
constexpr std::uint32_t ctv3_codes_max = 1'000'000;

// A letter, and a number in four characters.
std::string code_of(char letter, std::size_t number) {
  std::string code(5, letter);
  for (std::size_t place = code.size() - 1; place > 0; --place) {
    code[place] = code_characters[number % code_characters.size()];
    number /= code_characters.size();
  }
  return code;
}

class Ctv3Maker {
 public:
  explicit Ctv3Maker(const Ctv3Size& size)
      : terminology_(make_terminology(size.codes_count, size.seed)), chooser_(size.seed) {}

  void make() {
    dictionary_ = "CTV3Code,Description\r\n";
    hierarchy_ = "ParentCTV3Code,ChildCTV3Code,ChildToParentDistance\r\n";
    codes_.resize(terminology_.size());
    ancestors_.resize(terminology_.size());
    for (ConceptNumber number = 0; number < terminology_.size(); ++number) add(number);
  }

  base::Result<std::filesystem::path> write(const std::filesystem::path& folder) const {
    ZipWriter writer;
    writer.add("V3/Concept.v3", concepts_);
    writer.add("V3/Terms.v3", terms_);
    writer.add("V3/Descrip.v3", descriptions_);
    writer.add("V3/V3hier.v3", official_parents_);
    if (const auto written = writer.write(folder / archive_name); !written) return written.error();
    const std::filesystem::path day_folder = folder / day;
    std::error_code failed;
    std::filesystem::create_directory(day_folder, failed);
    if (failed) {
      return base::Error{base::ErrorCode::io, day_folder.string() + ": " + failed.message(), {}};
    }
    for (const auto& [name, text] : {std::pair("ctv3_dictionary.csv.gz", &dictionary_),
                                     std::pair("ctv3_hierarchy.csv.gz", &hierarchy_)}) {
      if (const auto written = write_gzip(day_folder / name, *text); !written) {
        return written.error();
      }
    }
    return day_folder;
  }

 private:
  struct Ancestor {
    ConceptNumber number = 0;
    int distance = 0;
  };

  void add(ConceptNumber number) {
    const DemoConcept& described = terminology_[number];
    const bool is_metadata =
        described.id == metadata_id ||
        (number != 0 && std::ranges::all_of(described.parents, [this](ConceptNumber parent) {
           return codes_[parent].empty();
         }));
    if (is_metadata) return;
    const bool is_official = number == 0 || chooser_.chance(90);
    std::string& code = codes_[number];
    code = number == 0 ? root_code : code_of(is_official ? official_letter : tpp_letter, number);
    dictionary_ += code + "," + (number == 0 ? "Clinical terms" : described.term) + "\r\n";
    add_ancestors(number);
    if (is_official) add_official(number);
  }

  // Adds all ancestors, each at its shortest distance.
  void add_ancestors(ConceptNumber number) {
    std::vector<Ancestor>& own = ancestors_[number];
    for (const ConceptNumber parent : terminology_[number].parents) {
      if (codes_[parent].empty()) continue;
      own.push_back({parent, 1});
      for (const Ancestor& above : ancestors_[parent]) {
        own.push_back({above.number, above.distance + 1});
      }
    }
    std::ranges::sort(
        own, {}, [](const Ancestor& above) { return std::pair(above.number, above.distance); });
    const auto repeated = std::ranges::unique(own, {}, &Ancestor::number);
    own.erase(repeated.begin(), repeated.end());
    for (const Ancestor& above : own) {
      hierarchy_ += codes_[above.number] + "," + codes_[number] + "," +
                    std::to_string(above.distance) + "\r\n";
    }
  }

  void add_official(ConceptNumber number) {
    const DemoConcept& described = terminology_[number];
    const std::string& code = codes_[number];
    concepts_ += code + (described.is_active ? "|C|N|" : "|O|N|") + code + "\r\n";
    add_term(code, number == 0 ? "Clinical terms" : described.term, "P");
    for (const std::string& synonym : described.synonyms) add_term(code, synonym, "S");
    std::size_t order = 0;
    for (const ConceptNumber parent : described.parents) {
      if (codes_[parent].empty() || codes_[parent].front() == tpp_letter) continue;
      official_parents_ +=
          code + "|" + codes_[parent] + "|0" + std::to_string(order++ % 10) + "\r\n";
    }
  }

  void add_term(const std::string& code, const std::string& term, const char* type) {
    const std::string id = code_of(term_letter, ++terms_count_);
    const TermLengths lengths = lengths_of(term);
    terms_.append(id).append("|C|").append(lengths.in_30).append("|").append(lengths.in_60);
    terms_.append("|").append(lengths.in_198).append("\r\n");
    descriptions_ += code + "|" + id + "|" + type + "\r\n";
  }

  const Terminology terminology_;
  Chooser chooser_;
  std::vector<std::string> codes_;                // empty where CTV3 has no such concept
  std::vector<std::vector<Ancestor>> ancestors_;  // by number
  std::size_t terms_count_ = 0;
  std::string concepts_, terms_, descriptions_, official_parents_, dictionary_, hierarchy_;
};

}  // namespace

base::Result<std::filesystem::path> make_ctv3_files(const std::filesystem::path& folder,
                                                    const Ctv3Size& size) {
  if (size.codes_count > ctv3_codes_max) {
    return base::Error{base::ErrorCode::invalid,
                       "at most " + std::to_string(ctv3_codes_max) + " codes can be made up",
                       {}};
  }
  Ctv3Maker maker(size);
  maker.make();
  return maker.write(folder);
}

}  // namespace codelog::demo

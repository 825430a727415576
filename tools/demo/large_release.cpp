// Writes a large made-up terminology as the Snapshot files of a UK Monolith, row by row.
#include <array>
#include <memory>
#include <numeric>
#include <random>
#include <utility>

#include "tools/demo/large_terminology.h"
#include "tools/demo/releases.h"
#include "tools/demo/sctid.h"
#include "tools/demo/zip_writer.h"

namespace codelog::demo {
namespace {

using Number = LargeTerminology::Number;

constexpr std::string_view folder = "SnomedCT_MonolithRF2_PRODUCTION_20240101T000001Z/Snapshot/";
constexpr std::string_view core_module = "900000000000207008";
constexpr std::string_view clinical_module = "999000011000000103";
constexpr std::string_view primitive = "900000000000074008";
constexpr std::string_view defined = "900000000000073002";
constexpr std::string_view fully_specified_name = "900000000000003001";
constexpr std::string_view synonym = "900000000000013009";
constexpr std::string_view case_insensitive = "900000000000448009";
constexpr std::string_view inferred = "900000000000011006";
constexpr std::string_view some = "900000000000451002";
constexpr std::string_view is_a = "116680003";
constexpr std::array<std::string_view, 3> association_refsets = {
    "900000000000526001", "900000000000527005", "900000000000523009"};
constexpr Number concepts_per_piece = 2'000;

// Makes the rows of one file, piece by piece.
class Rows {
 public:
  Rows(const LargeTerminology& terminology, std::uint64_t seed, std::string_view header)
      : terminology_(terminology), random_(seed), text_(header) {}
  virtual ~Rows() = default;
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  std::string next_piece() {
    while (text_.empty() && at_ < terminology_.size() * passes_count_) {
      for (Number i = 0; i < concepts_per_piece && at_ < terminology_.size() * passes_count_; ++i) {
        add_rows(static_cast<Number>(at_ % terminology_.size()), at_ / terminology_.size());
        ++at_;
      }
    }
    return std::exchange(text_, std::string());
  }

 protected:
  // Adds the rows of one concept; each pass goes over all concepts.
  virtual void add_rows(Number number, std::uint64_t pass) = 0;

  const LargeTerminology& terminology() const { return terminology_; }
  std::mt19937_64& random() { return random_; }
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }
  std::string date() { return std::to_string(2002 + below(22)) + (chance(50) ? "0131" : "0731"); }
  std::string_view module() { return chance(35) ? core_module : clinical_module; }
  std::string id(Number number) const { return std::to_string(terminology_.id(number)); }
  void set_passes(std::uint64_t count) { passes_count_ = count; }

  void row(std::initializer_list<std::string_view> columns) {
    for (const std::string_view column : columns) {
      text_ += column;
      text_ += '\t';
    }
    text_.back() = '\r';
    text_ += '\n';
  }

 private:
  const LargeTerminology& terminology_;
  std::mt19937_64 random_;
  std::string text_;
  std::uint64_t at_ = 0;
  std::uint64_t passes_count_ = 1;
};

class ConceptRows final : public Rows {
 public:
  using Rows::Rows;

 private:
  void add_rows(Number number, std::uint64_t) override {
    row({id(number), date(), terminology().is_active(number) ? "1" : "0", module(),
         chance(15) ? defined : primitive});
  }
};

class DescriptionRows final : public Rows {
 public:
  using Rows::Rows;

 private:
  // Three rows a concept; one row in four is no longer active.
  void add_rows(Number number, std::uint64_t) override {
    const std::string term = terminology().term(number);
    const std::string name = term + " (" + std::string(terminology().tag(number)) + ")";
    add(number, fully_specified_name, name, true);
    add(number, synonym, term, true);
    if (chance(35)) add(number, synonym, turned(term, " - "), true);
    if (chance(35)) add(number, synonym, turned(term, ", "), false);
    if (chance(40)) add(number, fully_specified_name, "Former " + name, false);
  }

  // "b c - a" for "a b c".
  static std::string turned(const std::string& term, std::string_view between) {
    const std::size_t space = term.find(' ');
    if (space == std::string::npos) return term + " NOS";
    return term.substr(space + 1) + std::string(between) + term.substr(0, space);
  }

  void add(Number number, std::string_view type, const std::string& term, bool is_active) {
    row({make_sctid(Component::description, ++count_), date(), is_active ? "1" : "0", module(),
         id(number), "en", type, term, case_insensitive});
  }

  std::uint32_t count_ = 0;
};

// Is-a rows, then attribute rows, then ended rows; each kind has its own order of concepts.
class RelationshipRows final : public Rows {
 public:
  RelationshipRows(const LargeTerminology& terminology, std::uint64_t seed, std::string_view header)
      : Rows(terminology, seed, header) {
    set_passes(3);
  }

 private:
  void add_rows(Number at, std::uint64_t pass) override {
    constexpr std::array<std::uint64_t, 3> strides = {48'271, 16'811, 7'919};
    // A stride coprime to the size visits every concept once.
    const std::uint64_t size = terminology().size();
    const std::uint64_t stride = std::gcd(size, strides[pass]) == 1 ? strides[pass] : 1;
    const auto number = static_cast<Number>(at * stride % size);
    const auto parents = terminology().parents(number);
    if (pass == 0) {
      for (const Number parent : parents) add(number, is_a, id(parent), "0", true);
    } else if (pass == 1 && terminology().is_active(number)) {
      const std::size_t count = 1 + below(6);
      for (std::size_t i = 0; i < count; ++i) add_attribute(number, true);
    } else if (pass == 2) {
      if (chance(65)) add(number, is_a, id(static_cast<Number>(below(size))), "0", false);
      if (chance(65)) add_attribute(number, false);
    }
  }

  void add_attribute(Number number, bool is_active) {
    const auto types = terminology().attributes();
    const std::string type = id(types[below(types.size())]);
    const auto target = static_cast<Number>(below(terminology().size()));
    add(number, type, id(target), std::to_string(1 + below(3)), is_active);
  }

  void add(Number source, std::string_view type, const std::string& target, std::string_view group,
           bool is_active) {
    row({make_sctid(Component::relationship, ++count_), date(), is_active ? "1" : "0", module(),
         id(source), target, group, type, inferred, some});
  }

  std::uint32_t count_ = 0;
};

// The replacements of inactive concepts.
class AssociationRows final : public Rows {
 public:
  using Rows::Rows;

 private:
  void add_rows(Number number, std::uint64_t) override {
    if (terminology().is_active(number)) return;
    const std::string_view refset = association_refsets[below(association_refsets.size())];
    const std::size_t count = chance(20) ? 2 : 1;
    for (std::size_t i = 0; i < count; ++i) {
      const auto target = static_cast<Number>(below(terminology().size()));
      if (target == number) continue;
      row({make_uuid(random()), date(), chance(90) ? "1" : "0", module(), refset, id(number),
           id(target)});
    }
  }
};

template <class Made>
void add(ZipWriter& writer, const std::string& name, const LargeTerminology& terminology,
         std::uint64_t seed, std::string_view header) {
  // Owned by the member, which the writer copies.
  const auto rows = std::make_shared<Made>(terminology, seed, header);
  writer.add_in_pieces(std::string(folder) + name, [rows] { return rows->next_piece(); });
}

}  // namespace

base::Result<void> make_monolith_archive(const std::filesystem::path& path,
                                         const MonolithSize& size) {
  const LargeTerminology terminology(size.concepts_count, size.seed);
  ZipWriter writer;
  add<ConceptRows>(writer, "Terminology/sct2_Concept_MONOSnapshot_GB_20240101.txt", terminology,
                   size.seed + 1, "id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId\r\n");
  add<DescriptionRows>(writer, "Terminology/sct2_Description_MONOSnapshot-en_GB_20240101.txt",
                       terminology, size.seed + 2,
                       "id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\t"
                       "term\tcaseSignificanceId\r\n");
  add<RelationshipRows>(writer, "Terminology/sct2_Relationship_MONOSnapshot_GB_20240101.txt",
                        terminology, size.seed + 3,
                        "id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\t"
                        "relationshipGroup\ttypeId\tcharacteristicTypeId\tmodifierId\r\n");
  add<AssociationRows>(writer,
                       "Refset/Content/der2_cRefset_AssociationMONOSnapshot_GB_20240101.txt",
                       terminology, size.seed + 4,
                       "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\t"
                       "targetComponentId\r\n");
  return writer.write(path);
}

}  // namespace codelog::demo

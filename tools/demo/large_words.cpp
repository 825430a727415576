#include "tools/demo/large_words.h"

#include <array>
#include <bit>
#include <unordered_set>

#include "events/base/check.h"

namespace codelog::demo {
namespace {

// Most frequent first, about as in clinical terms.
constexpr auto everyday = std::to_array<std::string_view>({"of",          "structure",
                                                           "left",        "right",
                                                           "tablets",     "disorder",
                                                           "due",         "to",
                                                           "product",     "with",
                                                           "entire",      "by",
                                                           "and",         "procedure",
                                                           "10mg",        "acute",
                                                           "finding",     "in",
                                                           "chronic",     "lower",
                                                           "upper",       "20mg",
                                                           "injury",      "on",
                                                           "capsules",    "using",
                                                           "for",         "fracture",
                                                           "syndrome",    "congenital",
                                                           "history",     "excision",
                                                           "at",          "oral",
                                                           "solution",    "artery",
                                                           "open",        "wound",
                                                           "limb",        "pain",
                                                           "5mg",         "infection",
                                                           "neoplasm",    "malignant",
                                                           "benign",      "primary",
                                                           "secondary",   "vein",
                                                           "nerve",       "bone",
                                                           "joint",       "muscle",
                                                           "skin",        "eye",
                                                           "hand",        "foot",
                                                           "measurement", "level",
                                                           "serum",       "plasma",
                                                           "urine",       "blood",
                                                           "pressure",    "family",
                                                           "observation", "antibody",
                                                           "virus",       "bacteria",
                                                           "species",     "allergy",
                                                           "poisoning",   "accident",
                                                           "intent",      "administration",
                                                           "repair",      "imaging",
                                                           "tomography",  "ultrasound",
                                                           "biopsy",      "removal",
                                                           "insertion",   "injection",
                                                           "drainage",    "dressing",
                                                           "bandage",     "catheter",
                                                           "bag",         "needle",
                                                           "syringe",     "cream",
                                                           "ointment",    "drops",
                                                           "inhaler",     "patch",
                                                           "50mg",        "100mg",
                                                           "250mg",       "500mg",
                                                           "1g",          "modified",
                                                           "release",     "suspension",
                                                           "powder",      "vial",
                                                           "ampoule",     "asthma",
                                                           "diabetes",    "mellitus",
                                                           "type",        "hypertension",
                                                           "heart",       "failure",
                                                           "stage",       "severe",
                                                           "mild",        "moderate",
                                                           "recurrent",   "total",
                                                           "partial",     "kidney",
                                                           "liver",       "lung",
                                                           "brain",       "spine",
                                                           "knee",        "hip"});
constexpr auto starts = std::to_array<std::string_view>(
    {"",      "peri",   "endo",  "epi",    "hyper",  "hypo",  "intra", "extra", "inter",  "sub",
     "supra", "trans",  "retro", "para",   "poly",   "mono",  "oligo", "macro", "micro",  "mega",
     "neo",   "pan",    "meta",  "ecto",   "dys",    "iso",   "hemi",  "semi",  "tri",    "multi",
     "pre",   "post",   "pro",   "contra", "dextro", "laevo", "auto",  "allo",  "hetero", "homo",
     "ortho", "pseudo", "ultra", "infra",  "brady",  "tachy", "photo", "thermo"});
constexpr auto roots = std::to_array<std::string_view>(
    {"cardi",  "nephr",   "hepat",    "gastr",  "enter", "col",      "proct",   "pneum",
     "bronch", "laryng",  "pharyng",  "rhin",   "ot",    "ophthalm", "kerat",   "blephar",
     "derm",   "trich",   "onych",    "oste",   "arthr", "chondr",   "my",      "tend",
     "burs",   "neur",    "encephal", "mening", "myel",  "angi",     "phleb",   "arteri",
     "ven",    "lymph",   "splen",    "thym",   "thyr",  "adren",    "gon",     "oophor",
     "hyster", "salping", "colp",     "vulv",   "mast",  "orch",     "prostat", "cyst",
     "ureter", "urethr",  "pyel",     "lith",   "chol",  "pancreat", "gloss",   "odont",
     "gingiv", "cheil",   "stomat",   "sial",   "cost",  "spondyl",  "crani",   "brachi",
     "cheir",  "pod",     "nas",      "ren"});
constexpr auto ends = std::to_array<std::string_view>(
    {"itis",     "osis",     "oma",    "ectomy",  "otomy",  "ostomy",  "oplasty",  "oscopy",
     "ography",  "ogram",    "ometry", "opathy",  "algia",  "odynia",  "orrhoea",  "orrhagia",
     "orrhaphy", "opexy",    "ocele",  "ectasis", "olysis", "omegaly", "omalacia", "osclerosis",
     "oplegia",  "oparesis", "ospasm", "otropic", "ogenic", "oid",     "ium",      "eal",
     "ic",       "al",       "ous",    "ary",     "ine",    "ate",     "ide",      "ase",
     "olol",     "azole",    "mycin",  "cillin",  "statin", "sartan",  "prazole",  "vir",
     "mab",      "tinib"});
constexpr std::size_t combinations_count = starts.size() * roots.size() * ends.size();
static_assert(everyday.size() + combinations_count > Vocabulary::size_max + 5'000);
constexpr std::size_t stride = 7919;  // a prime: neighbours in rank differ in all three parts

}  // namespace

Vocabulary::Vocabulary(std::size_t size) {
  CODELOG_CHECK(size <= size_max, "the vocabulary cannot have more words");
  words_.assign(everyday.begin(), everyday.end());
  words_.reserve(std::max(size, everyday.size()));
  std::unordered_set<std::string> known(words_.begin(), words_.end());
  for (std::size_t i = 0; words_.size() < size; ++i) {
    CODELOG_CHECK(i < combinations_count, "few combinations give the same word");
    const std::size_t at = i * stride % combinations_count;
    std::string word(starts[at % starts.size()]);
    word += roots[at / starts.size() % roots.size()];
    word += ends[at / starts.size() / roots.size()];
    if (known.insert(word).second) words_.push_back(std::move(word));
  }
}

std::uint32_t Vocabulary::pick(std::mt19937_64& random) const {
  // Powers of two are equally probable, and so are the ranks between two of them.
  const auto levels = static_cast<unsigned>(std::bit_width(words_.size()));
  for (;;) {
    const std::uint64_t first = std::uint64_t{1} << (random() % levels);
    const std::uint64_t rank = first + random() % first - 1;
    if (rank < words_.size()) return static_cast<std::uint32_t>(rank);
  }
}

}  // namespace codelog::demo

// Makes small releases of our own, in the layouts that the importers read, for the demonstration
// and for tests. Deterministic: the same numbers give the same bytes on any machine.
//
// The words are everyday clinical English put together at random, and the identifiers, though their
// check digits are right, lie in a namespace that was never given out: nothing here is SNOMED CT's,
// the BNF's or ICD-10's content, and no code means anything outside a demonstration. (The few
// identifiers that give SNOMED CT its structure, such as the root and "is a", are the real ones.)
//
// Memory: the whole unpacked archive, about 1 kB a concept. Errors: io.
#pragma once

#include <cstdint>
#include <filesystem>

#include "events/base/result.h"

namespace codelog::demo {

struct SnomedctSize {
  std::uint32_t concepts_count = 2000;  // about; the structure alone has a hundred or so
  std::uint64_t seed = 1;
};

// An RF2 archive of a "UK Clinical Edition": Full files of three modules, some components with
// earlier states, several parents a concept, inactive concepts, synonyms, semantic tags. Among the
// terms: asthma, diabetes, hypertension.
base::Result<void> make_snomedct_archive(const std::filesystem::path& path,
                                         const SnomedctSize& size);

struct BnfSize {
  std::uint32_t presentations_count = 1500;
  std::uint64_t seed = 1;
};

// A "BNF Code Information" zip. Among the presentations: statins in section 0212, such as
// "Simvastatin 20mg tablets".
base::Result<void> make_bnf_archive(const std::filesystem::path& path, const BnfSize& size);

// Two editions of ICD-10 in ClaML, of some seventy codes each: with modifiers, dagger and asterisk
// codes, and a code whose meaning changed. Among the terms: asthma, diabetes, hypertension.
base::Result<void> make_icd10_archive(const std::filesystem::path& path);

}  // namespace codelog::demo

// Makes synthetic releases in the layouts that the importers read, for the demonstration, for tests
// and for measuring. Deterministic: the same numbers give the same bytes on any machine.
//
// The words are everyday clinical English put together at random. The identifiers have right check
// digits, but lie in a namespace that was never assigned: nothing here is the content of SNOMED CT,
// the BNF or ICD-10, and no code means anything outside a demonstration. (The few identifiers that
// give SNOMED CT its structure, such as the root and "is a", are the real ones. ICD-10, CTV3, Read
// v2 and OPCS-4 have no namespaces: only the form of their codes is right.)
//
// Memory, unless said otherwise: the whole unpacked archive, about 1 kB a concept. Errors: io;
// invalid (more concepts than distinct codes or names).
#pragma once

#include <cstdint>
#include <filesystem>

#include "events/base/result.h"

namespace codelog::demo {

struct SnomedctSize {
  std::uint32_t concepts_count = 2000;  // approximate; the structure alone has a hundred or so
  std::uint64_t seed = 1;
  // Edition 2 is the same release a year later. Among the familiar concepts, some are retired with
  // successors, and some are new, renamed or moved.
  int edition = 1;
};

// Makes an RF2 archive of a "UK Clinical Edition": Full files of three modules, some components
// with earlier states, several parents a concept, inactive concepts, synonyms, semantic tags. Terms
// include asthma, diabetes and hypertension.
base::Result<void> make_snomedct_archive(const std::filesystem::path& path,
                                         const SnomedctSize& size);

struct MonolithSize {
  std::uint32_t concepts_count = 1'150'000;  // at least 1,000
  std::uint64_t seed = 1;
};

// Makes an RF2 archive in the layout, size and shape of the UK Monolith, for measuring. It has
// Snapshot files; for each concept 3.1 descriptions, 1.4 is-a relationships and 2.6 attribute
// relationships; a quarter of all concepts inactive and associated with others; and 156,000
// distinct words. Written row by row, with 100 bytes of memory a concept.
base::Result<void> make_monolith_archive(const std::filesystem::path& path,
                                         const MonolithSize& size);

struct BnfSize {
  std::uint32_t presentations_count = 1500;
  std::uint64_t seed = 1;
};

// Makes a "BNF Code Information" zip. Presentations include statins in section 0212, such as
// "Simvastatin 20mg tablets".
base::Result<void> make_bnf_archive(const std::filesystem::path& path, const BnfSize& size);

struct Icd10Size {
  // approximate; in chapters of their own, besides the familiar codes
  std::uint32_t codes_count = 0;
  std::uint64_t seed = 1;
};

// Makes two editions of ICD-10 in ClaML. Each has some seventy familiar codes and the requested
// made-up ones, with modifiers, dagger and asterisk codes, and a code whose meaning changed. Terms
// include asthma, diabetes and hypertension.
base::Result<void> make_icd10_archive(const std::filesystem::path& path,
                                      const Icd10Size& size = {});

struct DmdSize {
  std::uint32_t vmps_count = 0;  // besides the familiar ones
  std::uint64_t seed = 1;
};

// Makes a dm+d of ten familiar substances with their strengths, each from three makers, and packs.
// For measuring, adds invented products in the proportions of a real release (6.5 AMPs, 1.5 VMPPs
// and 7.4 AMPPs a VMP, with prices, routes and GTINs). VMPs include "Simvastatin 20mg tablets".
base::Result<void> make_dmd_archive(const std::filesystem::path& path, const DmdSize& size = {});

struct Ctv3Size {
  std::uint32_t codes_count = 2000;  // approximate
  std::uint64_t seed = 1;
};

// Makes the files that an import of CTV3 reads: in `folder`, the archive of the official release;
// in a folder 2024-01-01 below it, TPP's dictionary and hierarchy. Returns the inner folder. The
// concepts are those of a made-up SNOMED CT; one in ten is TPP's own.
base::Result<std::filesystem::path> make_ctv3_files(const std::filesystem::path& folder,
                                                    const Ctv3Size& size);

struct ReadV2Size {
  std::uint32_t codes_count = 2000;
  std::uint64_t seed = 1;
};

// Makes a Read v2 in the layout of TRUD's archive: a row for every word of every term, synonyms,
// five levels.
base::Result<void> make_readv2_archive(const std::filesystem::path& path, const ReadV2Size& size);

struct Opcs4Size {
  std::uint32_t codes_count = 2000;
  std::uint64_t seed = 1;
};

// Makes an OPCS-4 in the layout of TRUD's data files, with titles of its chapters.
base::Result<void> make_opcs4_archive(const std::filesystem::path& path, const Opcs4Size& size);

}  // namespace codelog::demo

// Makes releases of our own, in the layouts that the importers read, for the demonstration, for
// tests and for measuring. Deterministic: the same numbers give the same bytes on any machine.
//
// The words are everyday clinical English put together at random, and the identifiers, though their
// check digits are right, lie in a namespace that was never given out: nothing here is SNOMED CT's,
// the BNF's or ICD-10's content, and no code means anything outside a demonstration. (The few
// identifiers that give SNOMED CT its structure, such as the root and "is a", are the real ones.
// ICD-10, CTV3, Read v2 and OPCS-4 have no namespaces: of their codes only the form is right.)
//
// Memory, unless said otherwise: the whole unpacked archive, about 1 kB a concept. Errors: io;
// invalid (more than can be told apart by codes or names).
#pragma once

#include <cstdint>
#include <filesystem>

#include "events/base/result.h"

namespace codelog::demo {

struct SnomedctSize {
  std::uint32_t concepts_count = 2000;  // about; the structure alone has a hundred or so
  std::uint64_t seed = 1;
  // 2 is the same release a year later, and what has changed since among the familiar concepts:
  // some retired with successors, some new, renamed or moved.
  int edition = 1;
};

// An RF2 archive of a "UK Clinical Edition": Full files of three modules, some components with
// earlier states, several parents a concept, inactive concepts, synonyms, semantic tags. Among the
// terms: asthma, diabetes, hypertension.
base::Result<void> make_snomedct_archive(const std::filesystem::path& path,
                                         const SnomedctSize& size);

struct MonolithSize {
  std::uint32_t concepts_count = 1'150'000;  // at least 1,000
  std::uint64_t seed = 1;
};

// An RF2 archive in the layout, size and shape of the UK Monolith, for measuring: Snapshot files,
// 3.1 descriptions and 1.4 is-a relationships a concept, 2.6 of attributes, a quarter of all
// inactive and associated with others, 156,000 distinct words. Written row by row: 100 bytes of
// memory a concept.
base::Result<void> make_monolith_archive(const std::filesystem::path& path,
                                         const MonolithSize& size);

struct BnfSize {
  std::uint32_t presentations_count = 1500;
  std::uint64_t seed = 1;
};

// A "BNF Code Information" zip. Among the presentations: statins in section 0212, such as
// "Simvastatin 20mg tablets".
base::Result<void> make_bnf_archive(const std::filesystem::path& path, const BnfSize& size);

struct Icd10Size {
  std::uint32_t codes_count = 0;  // about, in chapters of their own, besides the familiar ones
  std::uint64_t seed = 1;
};

// Two editions of ICD-10 in ClaML, of some seventy familiar codes each and what is made up besides:
// with modifiers, dagger and asterisk codes, and a code whose meaning changed. Among the terms:
// asthma, diabetes, hypertension.
base::Result<void> make_icd10_archive(const std::filesystem::path& path,
                                      const Icd10Size& size = {});

struct DmdSize {
  std::uint32_t vmps_count = 0;  // besides the familiar ones
  std::uint64_t seed = 1;
};

// A dm+d of ten familiar substances with their strengths, each of three makers, and packs; and, for
// measuring, invented ones in the proportions of a real release (6.5 AMPs, 1.5 VMPPs and 7.4 AMPPs
// a VMP, with prices, routes and GTINs). Among the VMPs: "Simvastatin 20mg tablets".
base::Result<void> make_dmd_archive(const std::filesystem::path& path, const DmdSize& size = {});

struct Ctv3Size {
  std::uint32_t codes_count = 2000;  // about
  std::uint64_t seed = 1;
};

// CTV3 as it is imported: in the folder, the archive of the official release, and in a folder
// 2024-01-01 below it, which is returned, TPP's dictionary and hierarchy. The concepts are those of
// a made-up SNOMED CT; one in ten is TPP's own.
base::Result<std::filesystem::path> make_ctv3_files(const std::filesystem::path& folder,
                                                    const Ctv3Size& size);

struct ReadV2Size {
  std::uint32_t codes_count = 2000;
  std::uint64_t seed = 1;
};

// Read v2 in the layout of TRUD's archive: a row for every word of every term, synonyms, five
// levels.
base::Result<void> make_readv2_archive(const std::filesystem::path& path, const ReadV2Size& size);

struct Opcs4Size {
  std::uint32_t codes_count = 2000;
  std::uint64_t seed = 1;
};

// OPCS-4 in the layout of TRUD's data files, and with titles of its chapters.
base::Result<void> make_opcs4_archive(const std::filesystem::path& path, const Opcs4Size& size);

}  // namespace codelog::demo

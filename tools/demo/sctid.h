// SNOMED CT identifiers of a namespace that was never assigned, with their Verhoeff check digits.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace codelog::demo {

// The digit to append so that the whole passes Verhoeff's check.
char verhoeff_digit(std::string_view digits);
// True if the last digit is the check digit of the others.
bool passes_verhoeff(std::string_view digits);

enum class Component { concept_id, description, relationship };

// The identifier of the n-th component (from 1) of its kind.
std::string make_sctid(Component component, std::uint32_t number);

// An identifier for a member of a refset: a UUID of the kind made by hashing names.
std::string make_uuid(std::mt19937_64& random);

}  // namespace codelog::demo

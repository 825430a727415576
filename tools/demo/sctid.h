// SNOMED CT identifiers of a namespace that was never given out, with their Verhoeff check digits.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace codelog::demo {

// The digit to be appended, so that the whole passes Verhoeff's check.
char verhoeff_digit(std::string_view digits);
// True for digits of which the last is the check digit of the rest.
bool passes_verhoeff(std::string_view digits);

enum class Component { concept_id, description, relationship };

// The identifier of the n-th component (from 1) of its kind.
std::string make_sctid(Component component, std::uint32_t number);

// The identifier of a member of a refset: a UUID of the kind that names are hashed to.
std::string make_uuid(std::mt19937_64& random);

}  // namespace codelog::demo

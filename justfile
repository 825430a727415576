# The recipes. ./codelog-dev NAME installs what is missing and then runs one of these.

jobs := num_cpus()

# Sanitizers of this compiler want memory addresses that are not randomised too widely.
steady := "$(setarch -R true 2>/dev/null && echo setarch -R)"

[private]
default:
    @./codelog-dev

# Install what all recipes need
setup:
    @./codelog-dev setup

# Build the program: build/codelog
build:
    cmake --preset release --log-level=NOTICE
    cmake --build --preset release --target codelog
    ln -sfn release/codelog build/codelog

# Build, load a small demonstration into ./data once, and serve it
run *ARGUMENTS: build
    test -e data || \
      (rm -rf build/demo && build/codelog demo --data build/demo >build/demo.txt && \
       mv build/demo data && sed 's|build/demo|data|g' build/demo.txt)
    build/codelog serve --data data {{ARGUMENTS}}

# Build everything and run every test
[no-exit-message]
test *ARGUMENTS:
    cmake --preset release --log-level=NOTICE -DBUILD_TESTING=ON
    cmake --build --preset release
    ctest --preset release --parallel {{jobs}} {{ARGUMENTS}}

# Everything there is to check, the quick things first
check: formatted scripts headers tidy test asan tsan (fuzz "10")

# Every C++ file is as clang-format would write it
formatted:
    git ls-files '*.h' '*.cpp' | xargs clang-format --dry-run --Werror

# Every script is free of what shellcheck knows
scripts:
    git ls-files codelog-dev .ci/run '*.sh' | xargs shellcheck

# Every header compiles alone
headers:
    cmake --preset debug --log-level=NOTICE -DBUILD_TESTING=ON
    cmake --build --preset debug --target header_check

# Static analysis of what changed since the last time (in some targets)
tidy TARGETS='all':
    cmake --preset tidy --log-level=NOTICE -DBUILD_TESTING=ON
    cmake --build --preset tidy --target {{TARGETS}} -- -k 0

# All tests under the address and undefined-behaviour sanitizers
asan *ARGUMENTS: (sanitized "asan" ARGUMENTS)

# All tests under the thread sanitizer
tsan *ARGUMENTS: (sanitized "tsan" ARGUMENTS)

[private]
sanitized PRESET *ARGUMENTS:
    cmake --preset {{PRESET}} --log-level=NOTICE -DBUILD_TESTING=ON
    cmake --build --preset {{PRESET}} -j {{jobs}}
    {{steady}} ctest --preset {{PRESET}} --parallel {{jobs}} {{ARGUMENTS}}

# Measure; ARGUMENTS are those of `codelog bench`
bench *ARGUMENTS: build
    build/codelog bench {{ARGUMENTS}}

# ROUNDS of killed processes, and as many of lost power, instead of the few that a test takes
crash ROUNDS='25':
    cmake --preset release --log-level=NOTICE -DBUILD_TESTING=ON
    cmake --build --preset release --target test_crash
    CODELOG_CRASH_ROUNDS={{ROUNDS}} CODELOG_POWER_LOSS_ROUNDS={{ROUNDS}} \
      build/release/tests/crash/test_crash

# ROUNDS of a site with one byte flipped, instead of the few that a test takes; the first with SEED
flips ROUNDS='1000' SEED='1':
    cmake --preset release --log-level=NOTICE -DBUILD_TESTING=ON
    cmake --build --preset release --target test_flips
    CODELOG_FLIPS_ROUNDS={{ROUNDS}} CODELOG_FLIPS_SEED={{SEED}} build/release/tests/flips/test_flips

# A large site through storms of bad clients, with all that is promised of it asserted: 10 minutes
soak:
    cmake --preset release --log-level=NOTICE -DBUILD_TESTING=ON
    cmake --build --preset release --target test_crash
    CODELOG_SOAK=long build/release/tests/crash/test_crash '[soak]'

# Feed every reader of outside files with anything, each for so many SECONDS; finds go to build/fuzz
fuzz SECONDS='60' ONLY='':
    cmake --preset fuzz --log-level=NOTICE -DBUILD_TESTING=ON
    cmake --build --preset fuzz --target fuzzers
    tests/fuzz/run.sh build/fuzz {{SECONDS}} {{ONLY}}

# Put right what clang-tidy (where the path holds FILES) and clang-format can put right
fix FILES='': headers
    run-clang-tidy-16 -quiet -fix -p build/debug -j {{jobs}} \
      '{{justfile_directory()}}/(?!build/).*{{FILES}}'
    git ls-files '*.h' '*.cpp' | xargs clang-format -i

# Remove what was built; ./data stays
clean:
    rm -rf build

# The recipes. ./codelog-dev NAME installs missing tools and then runs the recipe NAME.

jobs := num_cpus()

# The sanitizers of this compiler fail if memory addresses are randomised too widely.
steady := "$(setarch -R true 2>/dev/null && echo setarch -R)"

[private]
default:
    @./codelog-dev

# Install the needs of all recipes
setup:
    @./codelog-dev setup

# Build the program: build/codelog
build:
    cmake --preset release --log-level=NOTICE -DCODELOG_WEB=ON
    cmake --build --preset release --target codelog
    ln -sfn release/codelog build/codelog

# Build, load a small demonstration into ./data once, and serve it
run *ARGUMENTS: build
    test -e data || \
      (umask 077 && rm -rf build/demo && build/codelog demo --data build/demo >build/demo.txt && \
       sed 's|build/demo|data|g' build/demo.txt >build/demo/demo.txt && rm build/demo.txt && \
       mv build/demo data)
    @! test -e data/demo.txt || cat data/demo.txt
    build/codelog serve --data data {{ARGUMENTS}}

# Build everything and run every test
[no-exit-message]
test *ARGUMENTS:
    cmake --preset release --log-level=NOTICE -DBUILD_TESTING=ON -DCODELOG_WEB=ON
    cmake --build --preset release
    ctest --preset release --parallel {{jobs}} {{ARGUMENTS}}

# Run all checks, the quick ones first
check: formatted scripts web headers tidy test asan tsan (fuzz "10")

# Check the format of every C++ file
formatted:
    git ls-files '*.h' '*.cpp' | xargs clang-format --dry-run --Werror

# Check every script with shellcheck
scripts:
    git ls-files codelog-dev .ci/run '*.sh' | xargs shellcheck

# Check types, style and units of the web app
web:
    cd server/web && npm run --silent check && npm run --silent test

# Serve the sources of the web app at http://127.0.0.1:7001, in front of a running server
web-dev:
    cd server/web && npm run --silent dev

# Take the pictures of the documentation again, from the pages as they are
docs-pictures: build
    mkdir -p server/web/public/docs
    cd server/web && DOCS_SHOTS={{justfile_directory()}}/server/web/public/docs \
      npx vitest run --project journeys docs_pictures

# Check that every header compiles alone
headers:
    cmake --preset debug --log-level=NOTICE -DBUILD_TESTING=ON
    cmake --build --preset debug --target header_check

# Static analysis of files changed since the last run, in all or some targets
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

# Measure the builder and a version's page in a browser, at real sizes
web-bench: build
    cd server/web && \
      CODELOG_PROGRAM={{justfile_directory()}}/build/codelog CODELOG_CONCEPTS=200000 \
      npx vitest run --project bench --reporter dot

# Kill servers for ROUNDS rounds, and cut their power as often, instead of the few rounds of a test
crash ROUNDS='25':
    cmake --preset release --log-level=NOTICE -DBUILD_TESTING=ON
    cmake --build --preset release --target test_crash
    CODELOG_CRASH_ROUNDS={{ROUNDS}} CODELOG_POWER_LOSS_ROUNDS={{ROUNDS}} \
      build/release/tests/crash/test_crash

# Flip one byte of a site in each of ROUNDS rounds, instead of the few of a test; starts with SEED
flips ROUNDS='1000' SEED='1':
    cmake --preset release --log-level=NOTICE -DBUILD_TESTING=ON
    cmake --build --preset release --target test_flips
    CODELOG_FLIPS_ROUNDS={{ROUNDS}} CODELOG_FLIPS_SEED={{SEED}} build/release/tests/flips/test_flips

# Send storms of bad clients to a large site and check all promises: 10 minutes
soak:
    cmake --preset release --log-level=NOTICE -DBUILD_TESTING=ON
    cmake --build --preset release --target test_crash
    CODELOG_SOAK=long build/release/tests/crash/test_crash '[soak]'

# Run each fuzzer of the readers of outside files for SECONDS; failing inputs go to build/fuzz
fuzz SECONDS='60' ONLY='':
    cmake --preset fuzz --log-level=NOTICE -DBUILD_TESTING=ON
    cmake --build --preset fuzz --target fuzzers
    tests/fuzz/run.sh build/fuzz {{SECONDS}} {{ONLY}}

# Fix the findings of clang-tidy (in paths that contain FILES) and clang-format
fix FILES='': headers
    run-clang-tidy-16 -quiet -fix -p build/debug -j {{jobs}} \
      '{{justfile_directory()}}/(?!build/).*{{FILES}}'
    git ls-files '*.h' '*.cpp' | xargs clang-format -i

# Remove build/; ./data stays
clean:
    rm -rf build

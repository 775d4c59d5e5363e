# What every target of the project is compiled with: link to firstlock_options to get it.
# FIRSTLOCK_SANITIZE  a list for -fsanitize= (the asan and tsan presets set it)
# FIRSTLOCK_WERROR    warnings are errors (CI sets it; off for people with newer compilers)
# FIRSTLOCK_PORTABLE  on Linux, what other systems get: without all that only Linux has
include_guard(GLOBAL)

set(FIRSTLOCK_SANITIZE "" CACHE STRING "Value for -fsanitize=, empty for none")
option(FIRSTLOCK_WERROR "Treat compiler warnings as errors" OFF)
option(FIRSTLOCK_PORTABLE "Do without what only Linux has" OFF)
set(FIRSTLOCK_LINUX OFF)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT FIRSTLOCK_PORTABLE)
    set(FIRSTLOCK_LINUX ON)
endif()

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

add_library(firstlock_options INTERFACE)
target_compile_features(firstlock_options INTERFACE cxx_std_20)
target_include_directories(firstlock_options INTERFACE "${PROJECT_SOURCE_DIR}")
# -Og: what is measured runs in SQLite's library and in the kernel; the code here waits for both, and
# compiles in two thirds of the time that -O2 takes. -g1: places in the source and backtraces;
# describing all types of all headers is a fifth of the time of a build. At -Og GCC takes constructors
# that it did not inline for values that nobody has set.
target_compile_options(firstlock_options INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion $<$<BOOL:${FIRSTLOCK_WERROR}>:-Werror>
    "$<$<CONFIG:RelWithDebInfo>:-Og;-g1>"
    "$<$<AND:$<CONFIG:RelWithDebInfo>,$<CXX_COMPILER_ID:GNU>>:-Wno-maybe-uninitialized>")
if(FIRSTLOCK_LINUX)
    target_compile_definitions(firstlock_options INTERFACE FIRSTLOCK_LINUX)
endif()
if(FIRSTLOCK_SANITIZE)
    # Also what is compiled without these options (an amalgamation of SQLite) has to be
    # instrumented.
    add_compile_options(-fsanitize=${FIRSTLOCK_SANITIZE} -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${FIRSTLOCK_SANITIZE})
endif()

# Link to firstlock_lean_start what is started by the thousand: a C++ runtime of its own and fixed
# addresses leave the dynamic linker little to do (exec to ready: 1.6 ms without, 1.0 ms with them;
# SQLite linked statically too would save another tenth, but the library under test is the shared
# one, as applications have it).
include(CheckLinkerFlag)
add_library(firstlock_lean_start INTERFACE)
if(FIRSTLOCK_LINUX AND NOT FIRSTLOCK_SANITIZE)
    foreach(flag IN ITEMS -static-libstdc++ -static-libgcc -no-pie)
        string(MAKE_C_IDENTIFIER "firstlock_linker_takes${flag}" known)
        check_linker_flag(CXX ${flag} ${known}) # not where that runtime's static package is missing
        if(${known})
            target_link_options(firstlock_lean_start INTERFACE ${flag})
        endif()
    endforeach()
endif()

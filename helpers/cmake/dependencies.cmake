# The libraries that firstlock stands on. An installed one is taken first; people who are online get
# a pinned copy of those that are missing (helpers/bootstrap installs the packages instead).
include_guard(GLOBAL)
include(FetchContent)

# Boost: Process v2 came with 1.80; it is header-only up to 1.85 and a compiled component after.
FetchContent_Declare(Boost
    URL https://github.com/boostorg/boost/releases/download/boost-1.86.0/boost-1.86.0-cmake.tar.xz
    FIND_PACKAGE_ARGS 1.80 OPTIONAL_COMPONENTS process)
# Catch2: from 3.7.1 on a skipped case is one for CTest too; before, each skip would be a failure.
FetchContent_Declare(Catch2
    GIT_REPOSITORY https://github.com/catchorg/Catch2.git GIT_TAG v3.7.1
    FIND_PACKAGE_ARGS 3.7.1)
FetchContent_Declare(spdlog
    GIT_REPOSITORY https://github.com/gabime/spdlog.git GIT_TAG v1.14.1
    FIND_PACKAGE_ARGS 1.10)
FetchContent_Declare(nlohmann_json
    GIT_REPOSITORY https://github.com/nlohmann/json.git GIT_TAG v3.11.3
    FIND_PACKAGE_ARGS 3.11)
FetchContent_Declare(CLI11
    GIT_REPOSITORY https://github.com/CLIUtils/CLI11.git GIT_TAG v2.4.2
    FIND_PACKAGE_ARGS 2)
set(BOOST_INCLUDE_LIBRARIES asio beast math process uuid)
FetchContent_MakeAvailable(Boost Catch2 spdlog nlohmann_json CLI11)
find_package(Threads REQUIRED)
if(Catch2_SOURCE_DIR)
    list(APPEND CMAKE_MODULE_PATH "${Catch2_SOURCE_DIR}/extras")
endif()
include(Catch)

add_library(firstlock_boost INTERFACE)
foreach(component IN ITEMS headers asio beast math process uuid)
    if(TARGET Boost::${component})
        target_link_libraries(firstlock_boost INTERFACE Boost::${component})
    endif()
endforeach()
target_link_libraries(firstlock_boost INTERFACE Threads::Threads)

# SQLite: the system's library, or any amalgamation, so that two builds compare on one machine.
# FIRSTLOCK_SQLITE_AMALGAMATION  a folder that holds sqlite3.c and sqlite3.h
# FIRSTLOCK_SQLITE_DEFINES       its compile definitions: "HAVE_USLEEP=1;SQLITE_THREADSAFE=1"
set(FIRSTLOCK_SQLITE_AMALGAMATION "" CACHE PATH
    "Folder of sqlite3.c and sqlite3.h, empty: system library")
set(FIRSTLOCK_SQLITE_DEFINES "HAVE_USLEEP=1" CACHE STRING
    "Compile definitions of that amalgamation")

if(FIRSTLOCK_SQLITE_AMALGAMATION)
    foreach(file IN ITEMS sqlite3.c sqlite3.h)
        if(NOT EXISTS "${FIRSTLOCK_SQLITE_AMALGAMATION}/${file}")
            message(FATAL_ERROR
                    "FIRSTLOCK_SQLITE_AMALGAMATION is '${FIRSTLOCK_SQLITE_AMALGAMATION}', where "
                    "there is no ${file}; expected: a folder that holds sqlite3.c and sqlite3.h.")
        endif()
    endforeach()
    add_library(firstlock_sqlite3 STATIC "${FIRSTLOCK_SQLITE_AMALGAMATION}/sqlite3.c")
    target_include_directories(firstlock_sqlite3 SYSTEM PUBLIC "${FIRSTLOCK_SQLITE_AMALGAMATION}")
    target_compile_definitions(firstlock_sqlite3 PRIVATE ${FIRSTLOCK_SQLITE_DEFINES})
    target_compile_options(firstlock_sqlite3 PRIVATE -w) # not our source to mend
    target_link_libraries(firstlock_sqlite3 PUBLIC Threads::Threads ${CMAKE_DL_LIBS} m)
else()
    find_package(SQLite3 REQUIRED)
    add_library(firstlock_sqlite3 INTERFACE)
    target_link_libraries(firstlock_sqlite3 INTERFACE SQLite::SQLite3)
endif()

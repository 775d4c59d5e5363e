# firstlock_add_cases(TOPIC SOURCES file... [SERIAL] [TIMEOUT seconds]
#                     [LABELS label...] [TAGS tag...] [LINK target...])
#
# One executable per topic, one CTest test per Catch2 test case of it. Discovery is Catch2's own;
# what it cannot say in 3.7.1 (several labels, a timeout, the place of a case in the source) is
# added by describe_cases.cmake, which reads Catch2's XML listing once after each build.
#   SERIAL   the cases measure: nothing else may run beside them
#   TIMEOUT  the last resort, for one case, before FIRSTLOCK_DEADLINE_FACTOR; each wait has its own
#   LABELS   what all cases are selected by; the target firstlock-label-LABEL builds what has it
#   TAGS     labels of those cases alone that bear the Catch2 tag; a tag not named is an error;
#            those of [nobody], which become that user, run one after the other
# Every case needs the CTest fixture `run` (tests/setup.cpp): settings that make sense, a results
# folder.
include_guard(GLOBAL)

function(firstlock_add_cases topic)
    cmake_parse_arguments(arg "SERIAL" "TIMEOUT" "SOURCES;LABELS;TAGS;LINK" ${ARGN})
    set(target firstlock-cases-${topic})
    add_executable(${target} ${arg_SOURCES})
    target_link_libraries(${target} PRIVATE
        firstlock_case_listener firstlock_fixtures ${arg_LINK} Catch2::Catch2WithMain)
    # Relative paths in settings are meant from the root, where presets are run.
    catch_discover_tests(${target} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")

    set(properties "${CMAKE_CURRENT_BINARY_DIR}/${target}-properties.cmake")
    add_custom_command(TARGET ${target} POST_BUILD BYPRODUCTS "${properties}" VERBATIM
        COMMAND "${CMAKE_COMMAND}" -D "executable=$<TARGET_FILE:${target}>"
                -D "output=${properties}" -D "serial=${arg_SERIAL}"
                -D "labels=${arg_LABELS}" -D "tags=${arg_TAGS}"
                -D "timeout_s=$<IF:$<BOOL:${arg_TIMEOUT}>,${arg_TIMEOUT},60>"
                -P "${PROJECT_SOURCE_DIR}/helpers/cmake/describe_cases.cmake")
    # OPTIONAL: where only another target was built, CTest lists this one as not built instead of
    # stopping.
    set(include "${CMAKE_CURRENT_BINARY_DIR}/${target}-include.cmake")
    file(WRITE "${include}" "include(\"${properties}\" OPTIONAL)\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${include}")
    # The cases start these by path, so a build of the cases alone must bring them up to date.
    add_dependencies(${target} firstlock-writer firstlock-observer firstlock-rogue-writer)
    foreach(label IN LISTS arg_LABELS arg_TAGS)
        if(NOT TARGET firstlock-label-${label})
            add_custom_target(firstlock-label-${label})
            add_dependencies(firstlock-label-${label} firstlock-cases-setup firstlock-report)
        endif()
        add_dependencies(firstlock-label-${label} ${target})
    endforeach()
endfunction()

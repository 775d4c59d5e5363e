# Run after each build of a case executable (see cases.cmake): writes a CTest script that gives each case its
# labels, timeout, place in the source and fixture. `executable`, `output`, `labels`, `serial`, `is_setup` and
# `timeout_s` come with -D. The script is written as text since CTest reads it at test time.
cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND "${executable}" --list-tests --reporter xml
                OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
if(listing MATCHES ";")
    message(FATAL_ERROR "${executable}: a case name, tag or path holds one of ; < > & which CTest scripts and "
                        "Catch2's XML treat as their own; the names of cases are plain sentences")
endif()

# The timeout grows with FIRSTLOCK_DEADLINE_FACTOR. It is read at test time, where CMake has integers only:
# the factor is rounded up, and one that makes no sense is left to the settings check to refuse.
set(script "set(timeout_s ${timeout_s})
if(\"\$ENV{FIRSTLOCK_DEADLINE_FACTOR}\" MATCHES \"^([0-9][0-9]?[0-9]?)([.][0-9]*)?\$\")
    math(EXPR timeout_s \"${timeout_s} * (\${CMAKE_MATCH_1} + 1)\")
endif()
")
string(REPLACE "</TestCase>" ";" entries "${listing}")
foreach(entry IN LISTS entries)
    if(NOT entry MATCHES "<Name>(.*)</Name>")
        continue()
    endif()
    set(name "${CMAKE_MATCH_1}")
    set(tags "${labels}")
    if(entry MATCHES "<Tags>(.*)</Tags>")
        string(REGEX MATCHALL "[^][]+" own "${CMAKE_MATCH_1}")
        list(APPEND tags ${own})
        list(REMOVE_DUPLICATES tags)
    endif()
    string(REGEX MATCH "<File>(.*)</File>" unused "${entry}")
    set(place "${CMAKE_MATCH_1}")
    string(REGEX MATCH "<Line>([0-9]+)</Line>" unused "${entry}")
    string(APPEND script "set_tests_properties([==[${name}]==] PROPERTIES
    TIMEOUT \${timeout_s} LABELS [==[${tags}]==] DEF_SOURCE_LINE [==[${place}:${CMAKE_MATCH_1}]==]\n")
    if(serial)
        string(APPEND script "    RUN_SERIAL TRUE\n")
    endif()
    if(is_setup AND tags MATCHES "cleanup")
        string(APPEND script "    FIXTURES_CLEANUP run)\n")
    elseif(is_setup)
        string(APPEND script "    FIXTURES_SETUP run)\n")
    else()
        string(APPEND script "    FIXTURES_REQUIRED run)\n")
    endif()
endforeach()
file(WRITE "${output}" "${script}")

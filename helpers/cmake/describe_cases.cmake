# Run after each build of a case executable (see cases.cmake): writes a CTest script that gives each
# case its labels, timeout, place in the source and fixture. `executable`, `output`, `labels`,
# `tags`, `serial` and `timeout_s` come with -D. The script is text since CTest reads it at test
# time.
cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND "${executable}" --list-tests --reporter xml
                OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
if(listing MATCHES ";")
    message(FATAL_ERROR "${executable}: a case name, tag or path holds one of ; < > & which CTest "
                        "scripts and Catch2's XML treat as their own; the names of cases are plain "
                        "sentences")
endif()

# The timeout grows with FIRSTLOCK_DEADLINE_FACTOR. It is read at test time, where CMake has
# integers only: the factor is rounded up, and one that makes no sense is left to the settings check
# to refuse.
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
    set(own)
    if(entry MATCHES "<Tags>(.*)</Tags>")
        string(REGEX MATCHALL "[^][]+" own "${CMAKE_MATCH_1}")
    endif()
    foreach(tag IN LISTS own)
        if(NOT tag IN_LIST labels AND NOT tag IN_LIST tags)
            message(FATAL_ERROR "'${name}' bears the tag [${tag}], which its firstlock_add_cases "
                                "does not name among LABELS or TAGS: no preset could select it")
        endif()
    endforeach()
    list(PREPEND own ${labels})
    list(REMOVE_DUPLICATES own)
    string(REGEX MATCH "<File>(.*)</File>" unused "${entry}")
    set(place "${CMAKE_MATCH_1}")
    string(REGEX MATCH "<Line>([0-9]+)</Line>" unused "${entry}")
    set(fixtures "FIXTURES_REQUIRED run")
    if("cleanup" IN_LIST own)
        set(fixtures "FIXTURES_CLEANUP run")
    elseif("setup" IN_LIST own)
        set(fixtures "FIXTURES_SETUP run")
    endif()
    if("nobody" IN_LIST own) # their limits count all processes of that user
        string(APPEND fixtures " RESOURCE_LOCK nobody")
    endif()
    string(APPEND script "set_tests_properties([==[${name}]==] PROPERTIES
    TIMEOUT \${timeout_s} LABELS [==[${own}]==] DEF_SOURCE_LINE [==[${place}:${CMAKE_MATCH_1}]==]
    RUN_SERIAL ${serial} ${fixtures})\n")
endforeach()
file(WRITE "${output}" "${script}")

# Builds the scripts once more, elsewhere, and compares the pack with the one in the program.
set(again ${BUILT}/again)
file(REMOVE_RECURSE ${again})
execute_process(COMMAND ${NODE} ${MODULES}/vite/bin/vite.js build --logLevel warn
                        --outDir ${again}/dist
                WORKING_DIRECTORY ${WEB} COMMAND_ERROR_IS_FATAL ANY)
file(SHA256 ${again}/web.pack second)
file(SHA256 ${BUILT}/web.pack first)
if(NOT first STREQUAL second)
  message(FATAL_ERROR "two builds of the same sources differ: ${BUILT}/web.pack, ${again}/web.pack")
endif()

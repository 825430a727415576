# codelog_embed(NAME FILES ...): makes NAME.S in the build folder, which puts the files into the
# program as an array of EmbeddedFile (embedded_files.h) called codelog_NAME. Each file is given as
# "KEY=PATH". The paths of files made by the build may not exist yet.
function(codelog_embed name)
  cmake_parse_arguments(arg "" "" "FILES" ${ARGN})
  set(table "")
  set(contents "")
  set(paths "")
  set(index 0)
  foreach(file IN LISTS arg_FILES)
    string(REGEX MATCH "^([^=]+)=(.+)$" matched "${file}")
    set(key "${CMAKE_MATCH_1}")
    set(path "${CMAKE_MATCH_2}")
    list(APPEND paths "${path}")
    string(APPEND table "    .quad key${index}, begin${index}, end${index}\n")
    string(APPEND contents "key${index}: .asciz \"${key}\"\nbegin${index}: .incbin \"${path}\"\n"
      "end${index}: .byte 0\n")
    math(EXPR index "${index} + 1")
  endforeach()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}.S)
  file(CONFIGURE OUTPUT ${source} CONTENT
"    .section .data.rel.ro,\"aw\",%progbits
    .balign 8
    .globl codelog_${name}
codelog_${name}:
${table}    .quad 0, 0, 0
    .section .rodata
${contents}    .section .note.GNU-stack,\"\",%progbits
")
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${paths}")
endfunction()

# Writes a C++ file that holds texts: cmake -DOUT=FILE -DFILES=a;b -DNAMESPACE=NS -DNAME=FUNCTION -P Embed.cmake
# The function gives their names and texts as config/embedded.h declares it.
set(entries "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  file(READ ${file} text)
  string(APPEND entries "    {\"${name}\", R\"=====(${text})=====\"},\n")
endforeach()
file(WRITE ${OUT} "// Written by cmake/Embed.cmake.
#include \"config/embedded.h\"

namespace ${NAMESPACE} {
namespace {
constexpr EmbeddedFile kFiles[]{
${entries}};
}  // namespace

std::span<const EmbeddedFile> ${NAME}() { return kFiles; }

}  // namespace ${NAMESPACE}
")

#include "fake/recording_files.h"

// A file between two symbols. FAIRWAY_RECORDINGS is the folder (CMakeLists.txt).
#define FW_EMBED(symbol, file)                          \
  __asm__(                                              \
      ".pushsection .rodata\n"                          \
      ".global fw_rec_" #symbol "\nfw_rec_" #symbol     \
      ":\n"                                             \
      ".incbin \"" FAIRWAY_RECORDINGS "/" file          \
      "\"\n"                                            \
      ".global fw_rec_" #symbol "_end\nfw_rec_" #symbol \
      "_end:\n.byte 0\n"                                \
      ".popsection\n");                                 \
  extern "C" const char fw_rec_##symbol[];              \
  extern "C" const char fw_rec_##symbol##_end[];

FW_EMBED(openai_chat_text, "openai-chat-text.json")
FW_EMBED(openai_responses_text, "openai-responses-text.chunks.txt")
FW_EMBED(openai_responses_reasoning, "openai-responses-reasoning.chunks.txt")
FW_EMBED(openai_responses_tools, "openai-responses-tools.chunks.txt")
FW_EMBED(azure_chat_deepseek, "azure-chat-deepseek.chunks.txt")
FW_EMBED(azure_responses_text, "azure-responses-text.json")
FW_EMBED(xai_chat_text, "xai-chat-text.chunks.txt")
FW_EMBED(xai_chat_tool, "xai-chat-tool.json")
FW_EMBED(lmstudio_responses_tools, "lmstudio-responses-tools.chunks.txt")

namespace fw::fake {

#define FW_TEXT(symbol) std::string_view(fw_rec_##symbol, fw_rec_##symbol##_end)

const std::vector<RecordingFile>& recording_files() {
  static const std::vector<RecordingFile> files{
      {"openai-chat-text", FW_TEXT(openai_chat_text), false, false},
      {"openai-responses-text", FW_TEXT(openai_responses_text), true, true},
      {"openai-responses-reasoning", FW_TEXT(openai_responses_reasoning), true, true},
      {"openai-responses-tools", FW_TEXT(openai_responses_tools), true, true},
      {"azure-chat-deepseek", FW_TEXT(azure_chat_deepseek), true, false},
      {"azure-responses-text", FW_TEXT(azure_responses_text), false, true},
      {"xai-chat-text", FW_TEXT(xai_chat_text), true, false},
      {"xai-chat-tool", FW_TEXT(xai_chat_tool), false, false},
      {"lmstudio-responses-tools", FW_TEXT(lmstudio_responses_tools), true, true},
  };
  return files;
}

}  // namespace fw::fake

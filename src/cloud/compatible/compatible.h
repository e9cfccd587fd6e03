// Any server that speaks the OpenAI API: vLLM, llama.cpp, Ollama, LM Studio, …
#pragma once

#include "cloud/adapter.h"

namespace fw::cloud::compatible {

const Adapter& adapter();

// The table of fates.
std::span<const FieldRow> field_rows();

}  // namespace fw::cloud::compatible

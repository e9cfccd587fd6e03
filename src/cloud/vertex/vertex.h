// Google Cloud: GPT, open models and Gemini on Vertex AI (since 2026 "Gemini Enterprise Agent Platform").
#pragma once

#include "cloud/adapter.h"

namespace fw::cloud::vertex {

const Adapter& adapter();

}  // namespace fw::cloud::vertex

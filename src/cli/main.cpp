#include "cli/app.h"

int main(int argc, char** argv) { return fw::cli::run(argc, argv); }

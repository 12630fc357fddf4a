#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer with a program's arguments on a function; linked in by `-sanitize=fuzzer`.
/// Source: LLVM, "libFuzzer", section "Using libFuzzer as a library".
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));

// Which instruction set runs, and the functions that only pass a call on to its table.
#include "kernels.h"

int ck_isa_is_supported(ck_isa isa) {
  if (isa == ck_isa_portable) return 1;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (isa == ck_isa_avx2) return avx2;
  if (isa == ck_isa_avx512) {
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }
#endif
  return 0;
}

ck_isa ck_isa_best(void) {
  if (ck_isa_is_supported(ck_isa_avx512)) return ck_isa_avx512;
  if (ck_isa_is_supported(ck_isa_avx2)) return ck_isa_avx2;
  return ck_isa_portable;
}

const char *ck_isa_name(ck_isa isa) {
  return isa == ck_isa_avx512 ? "avx512" : isa == ck_isa_avx2 ? "avx2" : "portable";
}

const ck_kernels *ck_table(ck_isa isa) {
#if defined(__x86_64__)
  if (isa == ck_isa_avx512) return &ck_kernels_avx512;
  if (isa == ck_isa_avx2) return &ck_kernels_avx2;
#endif
  (void)isa;
  return &ck_kernels_portable;
}

#define CK_UNPACK(...) __VA_ARGS__
#define CK_PASS_ON(first, result, name, parameters, arguments) \
  result ck_##name(ck_isa isa, CK_UNPACK parameters) {         \
    first;                                                     \
    return ck_table(isa)->name arguments;                      \
  }
CK_PASSED_ON(CK_PASS_ON)

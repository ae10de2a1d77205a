// 14 rows of 2 × 16 floats: 28 of the 32 registers hold sums.
#if defined(__x86_64__)
#define CK_ISA avx512
#define CK_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
#define CK_LANES 16
#define CK_ROWS 14
#define CK_CASES                                                                            \
  CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) \
      CASE(12) CASE(13) CASE(14)
#include "microkernels.h"
#endif

// 6 rows of 2 × 8 floats: 12 of the 16 registers hold sums.
#if defined(__x86_64__)
#define CK_ISA avx2
#define CK_TARGET __attribute__((target("avx2,fma")))
#define CK_LANES 8
#define CK_ROWS 6
#define CK_CASES CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#include "microkernels.h"
#endif

// 6 rows of 2 × 4 floats: SSE2's 16 registers, or NEON's 32, whatever the compiler's target has.
#define CK_ISA portable
#define CK_TARGET
#define CK_LANES 4
#define CK_ROWS 6
#define CK_CASES CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#include "microkernels.h"

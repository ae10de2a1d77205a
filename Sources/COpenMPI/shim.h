// The door to Open MPI. What MPI names by macros, its communicator and its types, is named here. All programs
// of a job make the same calls in the same order. The library adds nothing up, since its sums may be made in
// another order from call to call: numbers are only moved. Functions return MPI's code, 0 where all is well.

#ifndef COPENMPI_SHIM_H
#define COPENMPI_SHIM_H

#include <mpi.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

/// What a program learns when it joins a job: which one it is of how many; how many of them run on this
/// machine; and how many of its processors this one may run on, and all of them together (0: unknown).
typedef struct {
  int rank, count, neighbors, own_processors, all_processors;
} copenmpi_job;

enum { COPENMPI_WORDS = 64 };

static inline int copenmpi_bits(const uint64_t *words) {
  int bits = 0;
  for (int i = 0; i < COPENMPI_WORDS; i++) bits += __builtin_popcountll(words[i]);
  return bits;
}

/// Joins the job. Errors become codes from now on.
static inline int copenmpi_begin(copenmpi_job *job) {
  uint64_t processors[COPENMPI_WORDS] = {0};
#ifdef __linux__
  syscall(SYS_sched_getaffinity, 0, sizeof processors, processors);
#endif
  int level, code;
  MPI_Comm machine;
  job->own_processors = copenmpi_bits(processors);
  if ((code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level)) ||
      (code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN)) ||
      (code = MPI_Comm_rank(MPI_COMM_WORLD, &job->rank)) ||
      (code = MPI_Comm_size(MPI_COMM_WORLD, &job->count)) ||
      (code = MPI_Comm_split_type(
           MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, job->rank, MPI_INFO_NULL, &machine)) ||
      (code = MPI_Comm_size(machine, &job->neighbors)) ||
      (code = MPI_Allreduce(
           MPI_IN_PLACE, processors, COPENMPI_WORDS, MPI_UINT64_T, MPI_BOR, machine)))
    return code;
  job->all_processors = copenmpi_bits(processors);
  return MPI_Comm_free(&machine);
}

/// Begins to give each rank its slice of `from`, which has a slice of so many scalars a rank; `to` receives
/// this rank's slice of every rank, in their order. Neither is touched before the request is done.
static inline int copenmpi_scatter(const float *from, float *to, int slice, MPI_Request *request) {
  return MPI_Ialltoall(from, slice, MPI_FLOAT, to, slice, MPI_FLOAT, MPI_COMM_WORLD, request);
}

/// Begins to give every rank this rank's slice; `to` receives those of all ranks, in their order.
static inline int copenmpi_gather(const float *from, float *to, int slice, MPI_Request *request) {
  return MPI_Iallgather(from, slice, MPI_FLOAT, to, slice, MPI_FLOAT, MPI_COMM_WORLD, request);
}

/// Begins to give every rank the words of rank 0.
static inline int copenmpi_tell(uint64_t *words, int count, MPI_Request *request) {
  return MPI_Ibcast(words, count, MPI_UINT64_T, 0, MPI_COMM_WORLD, request);
}

/// Looks whether a request is done. If not, and it has been waited for long, it leaves the processor to others
/// for a moment; before, Open MPI does so where there are more ranks than processors.
static inline int copenmpi_look(MPI_Request *request, int *is_done, int is_long) {
  const struct timespec pause = {0, 20000};
  const int code = MPI_Test(request, is_done, MPI_STATUS_IGNORE);
  if (code == MPI_SUCCESS && !*is_done && is_long) nanosleep(&pause, NULL);
  return code;
}

/// Leaves the job.
static inline int copenmpi_end(void) { return MPI_Finalize(); }

/// Ends all programs of the job, this one with an exit code.
static inline _Noreturn void copenmpi_abort(int code) {
  MPI_Abort(MPI_COMM_WORLD, code);
  _exit(code);
}

#endif

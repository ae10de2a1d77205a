#!/usr/bin/env bash
# A sweep as a Slurm job array: each task trains its share of the runs into one shared folder.
#
#     sbatch Examples/slurm/sweep.sh                   # again, it skips what is complete
#     sbatch --array=5,6 Examples/slurm/sweep.sh       # the shares of tasks 5 and 6 once more
#     sbatch --dependency=afterany:JOB --array=1 Examples/slurm/sweep.sh --task 1/1   # all that is left, one table
#
#SBATCH --job-name=tbtrain-sweep
#SBATCH --array=1-15
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=01:00:00
#SBATCH --requeue
# B: the signal goes to this script's process, which exec has made tbtrain.
#SBATCH --signal=B:TERM@60
set -euo pipefail

# A folder that all nodes see. SIGTERM, a minute before the time is over, has each run saved.
# --task names the share: the array's own count would be another where only some tasks are given again.
exec "${TBTRAIN:-tbtrain}" sweep lenet --logdir "${LOGDIR:-$HOME/logdir/sweep}" --data "${DATA:-shapes}" \
  --optimizer adam,sgd,momentum --learning-rate 1e-2,1e-3,1e-4 --seeds 5 \
  --threads "${SLURM_CPUS_PER_TASK:-2}" --jobs 1 --task "${SLURM_ARRAY_TASK_ID:-1}/${TASKS:-15}" "$@"

#!/usr/bin/env bash
# A sweep as a Slurm job array: each task trains its share of the runs into one shared folder.
#
#     sbatch Examples/slurm/sweep.sh        # started again, it skips what is complete
#
#SBATCH --job-name=tbtrain-sweep
#SBATCH --array=1-15
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=01:00:00
#SBATCH --signal=TERM@60
set -euo pipefail

# A folder that all nodes see. SIGTERM, a minute before the time is over, has each run saved.
exec "${TBTRAIN:-tbtrain}" sweep lenet --logdir "${LOGDIR:-$HOME/logdir/sweep}" --data "${DATA:-shapes}" \
  --optimizer adam,sgd,momentum --learning-rate 1e-2,1e-3,1e-4 --seeds 5 \
  --threads "${SLURM_CPUS_PER_TASK:-2}" --jobs 1 "$@"

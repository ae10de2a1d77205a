#!/usr/bin/env bash
# One training over several machines: each task learns from its part of every batch.
#
#     sbatch Examples/slurm/training.sh --data path/to/CIFAR10 --batch-size 512     # again, it goes on
#
# On all nodes: Open MPI (Debian's openmpi-bin), the data at one path, and tbtrain built with
# swift build -c release --traits OpenMPI --product tbtrain, where libopenmpi-dev is.
#
#SBATCH --job-name=tbtrain
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=4
#SBATCH --mem-per-cpu=1G
#SBATCH --time=01:00:00
#SBATCH --requeue
# B: the signal goes to this script's process, which exec has made mpirun. It passes SIGUSR1 on at once; after
# SIGTERM it leaves its programs two seconds.
#SBATCH --signal=B:USR1@60
set -euo pipefail

# A folder that all nodes see.
logdir=${LOGDIR:-$HOME/logdir} run=${RUN:-together}
[ ! -f "$logdir/$run/checkpoint.safetensors" ] || set -- --resume "$@"
# Nothing is bound to a processor: a task's threads share those that Slurm gave it.
exec mpirun --bind-to none "${TBTRAIN:-tbtrain}" lenet --logdir "$logdir" --run "$run" \
  --threads "${SLURM_CPUS_PER_TASK:-1}" "$@"

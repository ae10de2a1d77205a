#!/usr/bin/env bash
# Examples/slurm on a Slurm cluster of one node, started here: an array, a task that is requeued, one that
# is cancelled, one whose time is over, a node that dies; and the dependent job that ends with one table.
#   ./Tests/cluster.sh
# Needs Debian or Ubuntu, and root: Slurm and munge are installed and run in a directory of their own.
set -euo pipefail
cd "$(dirname "$0")/.."
. Examples/setup.sh

[ "$(id -u)" -eq 0 ] || stop "Please run as root: a node's daemon starts jobs for users"
need_build_tools
missing=()
for tool in slurmctld:slurm-wlm slurmd:slurm-wlm munged:munge; do
  command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
done
[ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"

say "Building"
swift build --product tbtrain
TBTRAIN=$(swift build --show-bin-path)/tbtrain
work=$(mktemp -d /tmp/cluster.XXXXXX)
host=$(hostname -s)
export TBTRAIN SLURM_CONF=$work/slurm.conf

start_node() { slurmd -N "$host" -L "$work/slurmd.log"; }
# stop_node: as if it lost its power: the daemon, its steps' daemons and whatever they run.
stop_node() {
  pkill -KILL -F "$work/slurmd.pid" || true
  pkill -KILL slurmstepd || true
  pkill -KILL -f "^$TBTRAIN" || true
}
leave() {
  scancel --user=root 2>/dev/null || true
  for _ in $(seq 30); do is_idle 2>/dev/null && break || sleep 1; done
  for name in slurmctld slurmd munged; do
    [ ! -f "$work/$name.pid" ] || kill "$(cat "$work/$name.pid")" 2>/dev/null || true
  done
  [ -n "${KEEP:-}" ] || rm -rf "$work"
}
trap leave EXIT

say "Starting a cluster of one node"
mkdir -p "$work"/{state,spool,munge}
chmod 711 "$work"
chmod 755 "$work/munge"
dd if=/dev/urandom of="$work/munge.key" bs=1 count=1024 status=none
chmod 400 "$work/munge.key"
munged --force --key-file "$work/munge.key" --socket "$work/munge/socket" \
  --pid-file "$work/munged.pid" --log-file "$work/munged.log" --seed-file "$work/munge.seed"
cat >"$SLURM_CONF" <<EOF
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=10
MinJobAge=3600
KillWait=5
NodeName=$host NodeAddr=127.0.0.1 CPUs=4 RealMemory=8192
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
EOF
slurmctld -L "$work/slurmctld.log"
start_node

# await SECONDS SENTENCE COMMAND...: until the command succeeds.
await() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { tail -n 20 "$work"/*.log "$work"/*.out; stop "gave up waiting: $what"; }
    sleep 0.3
  done
}
is_idle() { [ -z "$(squeue --noheader)" ]; }
is_up() { sinfo --noheader --format=%t | grep -qE '^(idle|mix|alloc)$'; }
state_is() { [ "$(squeue --noheader --states=all --job "$1" --format=%T)" = "$2" ]; }
# submit ARGUMENT... -- FLAG...: Examples/slurm/sweep.sh as it stands, into a directory of the test's.
submit() { sbatch --parsable --output="$work/%A_%a.out" --chdir="$PWD" "$@"; }
# is_under_way RUN: whether a run has saved a checkpoint and isn't complete.
is_under_way() { [ -f "$1/checkpoint.safetensors" ] && [ ! -f "$1/result.json" ]; }
# complete DIRECTORY RUNS STEPS: each run once, each trained to its end.
complete() {
  local runs results
  runs=$(find "$1" -name 'checkpoint.safetensors' | wc -l)
  results=$(grep -lE "\"steps?\" ?: ?$3\b" $(find "$1" -name result.json) | wc -l)
  [ "$runs" -eq "$2" ] && [ "$results" -eq "$2" ] \
    || stop "$1: $runs runs and $results complete ones of $3 steps instead of $2"
}
await 30 "the node to be up" is_up

say "An array of three tasks, and one table of all behind it"
flags=(--train-per-class 10 --test-per-class 5 --batch-size 20 --epochs 2 --warmup-epochs 0 --quiet)
export LOGDIR=$work/array TASKS=3
job=$(submit --array=1-3 --cpus-per-task=1 Examples/slurm/sweep.sh "${flags[@]}")
last=$(submit --dependency="afterany:$job" --array=1 Examples/slurm/sweep.sh --task 1/1 "${flags[@]}")
await 1200 "the array" is_idle
complete "$LOGDIR" 45 10
[ "$(grep -c 'adam\|sgd\|momentum' "$work/${last}_1.out")" -ge 45 ] \
  || { cat "$work/${last}_1.out"; stop "the last job's table lacks runs"; }
before=$(find "$LOGDIR" -name '*tfevents*' | sort)
job=$(submit --array=2 Examples/slurm/sweep.sh "${flags[@]}")
await 60 "a task that has nothing to do" is_idle
[ "$before" = "$(find "$LOGDIR" -name '*tfevents*' | sort)" ] || stop "complete runs were trained again"

# One run a task and so long that it can be disturbed.
long=(--optimizer adam --learning-rate 1e-3 --seeds 1 --train-per-class 100 --test-per-class 10
  --batch-size 100 --steps 400 --checkpoint-every 10 --warmup-epochs 0 --quiet)
export TASKS=1
# disturb NAME: starts a task in a directory of its own, and returns once it has saved something.
disturb() {
  export LOGDIR=$work/$1
  job=$(submit "${options[@]}" --array=1 Examples/slurm/sweep.sh "${long[@]}")
  await 60 "a first checkpoint" sh -c "find '$LOGDIR' -name checkpoint.safetensors 2>/dev/null | grep -q ."
}
options=()

say "A task that is requeued"
disturb requeued
scontrol requeue "${job}_1"
await 900 "the requeued task" is_idle
complete "$LOGDIR" 1 400

say "A task that is cancelled, and submitted again"
disturb cancelled
scancel "${job}_1"
await 60 "the cancelled task's end" is_idle
grep -q . "$work/${job}_1.out" || stop "a cancelled task said nothing"
submit --array=1 Examples/slurm/sweep.sh "${long[@]}" >/dev/null
await 900 "the task submitted again" is_idle
complete "$LOGDIR" 1 400

say "A node that dies"
disturb dead
stop_node
await 60 "the controller to miss it" sh -c "sinfo --noheader --format=%t | grep -q down"
start_node
await 900 "the task that the controller requeued" is_idle
complete "$LOGDIR" 1 400

say "A task whose time is over"
options=(--time=1 --signal=B:TERM@50)
long=("${long[@]/#400/2000}")
disturb late
await 100 "SIGTERM before the time's end" is_idle
[ ! -f "$(find "$LOGDIR" -name result.json)" ] || stop "the task was through before its time was over"
options=()
submit --array=1 Examples/slurm/sweep.sh "${long[@]}" >/dev/null
await 900 "the task submitted again" is_idle
complete "$LOGDIR" 1 2000

say "All is well"

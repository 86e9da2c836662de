#!/usr/bin/env bash
# A search over boxes as a Slurm job array, for real: Debian's slurmctld and slurmd on this machine, as root and without systemd; one
# task is killed, the proof is not joined without its part, and that part alone is done again; then two suites of the zoo. Not in CI.
#
#   benches/slurm.sh [PROGRAM]      # PROGRAM: a built `sumformer`, else the one on PATH
set -euo pipefail
sumformer="$(realpath "$(command -v "${1:-sumformer}")")"
command -v slurmctld slurmd sbatch >/dev/null || {
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends slurmctld slurmd slurm-client >/dev/null
}
work="$(mktemp -d)"
# All output of the daemons and of the tasks stays in this folder.
chmod 755 "$work"
mkdir "$work/state" "$work/spool" "$work/parts" "$work/logs"
host="$(hostname -s)"
export SLURM_CONF="$work/slurm.conf"
cat >"$SLURM_CONF" <<CONF
ClusterName=boxes
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmctldPort=17817
SlurmdPort=17818
AuthType=auth/none
CredType=cred/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=bf_interval=1,sched_interval=2
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/logs/slurmctld
SlurmdLogFile=$work/logs/slurmd
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 NodeHostname=$host CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
slurmctld -D & controller=$!
slurmd -D & node=$!
trap 'kill "$node" "$controller" 2>/dev/null; wait 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 60); do
  sinfo --noheader --format=%T 2>/dev/null | grep -q idle && break
  sleep 1
done
sinfo

cat >"$work/target.toml" <<'TARGET'
name = "one-over"
tokens = 2
domain = [[0, 1]]
output = ["x[0] / (1 + sum(y: y[0]^2))"]
TARGET
# The array of docs/clusters.md, with 4 tasks. Part 3 first waits, so that there is something to kill.
cat >"$work/array.sh" <<'ARRAY'
#!/bin/sh
[ -e "$WORK/killed" ] || [ "$SLURM_ARRAY_TASK_ID" != 3 ] || sleep 600
part="$WORK/parts/$SLURM_ARRAY_TASK_ID"
rm -rf "$part"
"$SUMFORMER" prove "$WORK/target.toml" --route bernstein --epsilon 1/100 --threads 1 \
  --shard "slice:$SLURM_ARRAY_TASK_ID/4" -o "$part"
# 3 says that the boxes of the other parts are open, as they are.
[ $? -le 3 ] && [ -s "$part/certificate.json" ]
ARRAY
submit() {
  WORK="$work" SUMFORMER="$sumformer" sbatch --parsable --array="$1" --ntasks=1 --cpus-per-task=1 \
    --chdir="$work" --output="$work/logs/%a" "$work/array.sh"
}
wait_for() {
  for _ in $(seq 300); do
    [ "$(find "$work/parts" -name certificate.json | wc -l)" -ge "$1" ] && return
    echo "parts done: $(find "$work/parts" -name certificate.json | wc -l) of 4; $(squeue --noheader --format='%K %T' | tr '\n' ';')"
    sleep 2
  done
  cat "$work"/logs/*
  return 1
}
joined() { "$sumformer" merge "$work"/parts/* -o "$work/whole"; }

array="$(submit 1-4)"
wait_for 3
# A task that is killed takes nothing with it but its part.
scancel --signal=KILL --full "${array}_3"
touch "$work/killed"
if joined; then
  echo "without part 3 the boxes are not covered, and yet they were joined"
  exit 1
else
  [ $? = 3 ]
fi
submit 3
wait_for 4
while squeue --noheader | grep -q .; do sleep 1; done
joined
"$sumformer" check "$work/whole"

# The zoo: a suite for each seed, which says itself whether its answers are right.
cat >"$work/zoo.sh" <<'ZOO'
#!/bin/sh
suite="$WORK/suites/$SLURM_ARRAY_TASK_ID"
"$SUMFORMER" zoo -o "$suite" --seed "$SLURM_ARRAY_TASK_ID" --threads 1 && python3 "$suite/check_answers.py"
ZOO
mkdir "$work/suites"
WORK="$work" SUMFORMER="$sumformer" sbatch --wait --array=0-1 --cpus-per-task=1 --chdir="$work" \
  --output="$work/logs/zoo-%a" "$work/zoo.sh"
tail -n 1 "$work"/logs/zoo-*

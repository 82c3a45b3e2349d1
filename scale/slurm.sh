#!/bin/sh
# The jobs of a plan as a Slurm job array; everything lies on a disk that all nodes see.
#
#   task-arithmetic-studio fuse ... -m method.scaling_factor="range(0,1,0.01)" --plan jobs.json     # 100 jobs
#   id=$(sbatch --parsable --array=0-9 --export=ALL,CHUNK=10 scale/slurm.sh jobs.json)              # ten tasks of ten jobs
#   sbatch --dependency=afterany:$id --wrap "task-arithmetic-studio fuse --collect jobs.json"       # the table
#
# A task that is started again (--requeue, or the same command another day) passes over the jobs that are done.
# CHUNK: jobs of one task, which opens their checkpoints once. FUSE: how the program is called.
#SBATCH --job-name=task-arithmetic
#SBATCH --cpus-per-task=4
#SBATCH --mem=16G
#SBATCH --time=04:00:00
#SBATCH --requeue
set -eu
plan=$1
chunk=${CHUNK:-1}
# A job is a line of the plan.
jobs=$(grep -c '"index":' "$plan")
first=$((SLURM_ARRAY_TASK_ID * chunk))
last=$((first + chunk - 1))
[ "$last" -lt "$jobs" ] || last=$((jobs - 1))
[ "$first" -le "$last" ] || exit 0
# shellcheck disable=SC2086 # several words
exec ${FUSE:-task-arithmetic-studio fuse} --job "$plan" --index "$first-$last"

"""Runs the jobs of a plan with FusionBench's own classes in parallel processes, and holds them to the collected table.

    npm run fuse -- --config-path reference/fixtures/scoring/program --config-name clip_task_arithmetic \\
        -m method.scaling_factor="range(0,1.1,0.1)" --plan outputs/jobs.json
    npm run fuse -- --job outputs/jobs.json --index 0-10
    npm run fuse -- --collect outputs/jobs.json
    $VENV/bin/python reference/check_jobs.py outputs/jobs.json --tasks reference/fixtures/scoring/images/tasks.json [--processes 2]

A job's arguments are Hydra's, so FusionBench composes the same configuration from them and runs its program. The processes are
joblib's; Hydra's own launchers do the same with the command line (`fusion_bench ... -m hydra/launcher=joblib`, or submitit_slurm).
The exit status is 1 where an accuracy differs or a loss by 1e-5 or more.
"""

import argparse
import json
import sys
from pathlib import Path

from joblib import Parallel, delayed

LARGEST_LOSS_DIFFERENCE = 1e-5
OURS = ("engine=", "hydra.")
"""Overrides that FusionBench's program has no use for here."""


def run_job(arguments: list[str], folder: Path, tasks: Path) -> dict:
    """The report of FusionBench's program for a job's arguments."""
    import contextlib
    import os
    import tempfile

    os.chdir(folder)
    from groups import fusionbench
    from hydra import compose, initialize_config_dir
    from hydra.utils import instantiate

    fusionbench.register_tasks(tasks)
    options = argparse.ArgumentParser()
    options.add_argument("--config-path", type=Path)
    options.add_argument("--config-name")
    options.add_argument("overrides", nargs="*")
    job = options.parse_args(arguments)
    with contextlib.ExitStack() as stack:
        report = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "report.json"
        # A file, as Fabric asks for the descriptor of what it prints to.
        nothing = stack.enter_context(open(os.devnull, "w"))
        stack.enter_context(contextlib.redirect_stdout(nothing))
        stack.enter_context(contextlib.redirect_stderr(nothing))
        stack.enter_context(initialize_config_dir(str(job.config_path.resolve()), version_base=None))
        overrides = [override for override in job.overrides if not override.lstrip("+").startswith(OURS)]
        instantiate(compose(job.config_name, [*overrides, f"++report_save_path={report}"]), _recursive_=False).run()
        return json.loads(report.read_text())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan", type=Path, metavar="jobs.json")
    parser.add_argument("--tasks", type=Path, required=True, help="tasks.json with class names and templates")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    plan = json.loads(arguments.plan.read_text())
    folder, tasks = (arguments.plan.parent / plan["folder"]).resolve(), arguments.tasks.resolve()
    results = arguments.plan.with_suffix(".results")
    ours = {job["index"]: job for job in json.loads((results / "report.json").read_text())["task_arithmetic_studio"]["jobs"]}
    reports = Parallel(n_jobs=arguments.processes)(delayed(run_job)(job["arguments"], folder, tasks) for job in plan["jobs"])
    equal = True
    for job, theirs in zip(plan["jobs"], reports, strict=True):
        mine = ours[job["index"]]["tasks"] | {"average": ours[job["index"]]["average"]}
        same = all(theirs[name]["accuracy"] == score["accuracy"] for name, score in mine.items())
        difference = max(abs(theirs[name]["loss"] - score["loss"]) for name, score in mine.items())
        equal &= same and difference < LARGEST_LOSS_DIFFERENCE
        print(job["values"], "equal" if same else f"{theirs} {mine}", f"{difference:.1e}", sep=" | ")
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())

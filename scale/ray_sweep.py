"""Runs those jobs of a plan that have no result yet on a Ray cluster, and prints the table of all.

    npm run fuse -- ... -m method.scaling_factor="range(0,1,0.1)" --plan jobs.json
    pip install -r scale/requirements.txt
    python scale/ray_sweep.py jobs.json [--address auto] [--num-cpus 4] [--chunk 1] [--retries 3]

Plan, models, data and results lie on a disk that all machines see at the same path. Started again, it runs what is missing.
The exit status is that of `fuse --collect`: 0 where every job has a result, else 1; 2 where the plan or the cluster does not do.
"""

import argparse
import contextlib
import ctypes
import fcntl
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import ray

SOURCES = Path(__file__).resolve().parent.parent / "scripts/fuse.mjs"
COMMAND = f"node {shlex.quote(str(SOURCES))}" if SOURCES.exists() else "task-arithmetic-studio fuse"
MISCONFIGURED = 2
"""Exit code of `fuse` where another try would fail as well."""

TOLD_CHARACTERS = 2000
"""Of what a job that failed has said."""


class JobFailed(Exception):
    """A job ended with an error that may be of its machine: it is tried again."""


class JobRefused(Exception):
    """A job is wrong in itself."""


@dataclass(frozen=True)
class Chunk:
    """Jobs that one process runs one after the other, so that it opens their checkpoints once."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    def __len__(self) -> int:
        return self.last - self.first + 1


@contextlib.contextmanager
def cores(count: int) -> Iterator[set[int] | None]:
    """Cores of this machine that no other job has, as long as there are enough; ends with the process, however that ends.

    Ray counts CPUs and binds nobody to them, and a job takes as many threads as it sees cores.
    """
    with contextlib.ExitStack() as stack:
        taken: set[int] = set()
        for core in sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else ():
            if len(taken) == count:
                break
            place = Path(tempfile.gettempdir()) / f"task-arithmetic-studio-{os.getuid()}-core-{core}.lock"
            lock = place.open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                continue
            stack.enter_context(lock)
            taken.add(core)
        yield taken if len(taken) == count else None


def run_chunk(command: list[str], folder: str, plan: str, chunk: Chunk, count: int) -> None:
    """Runs jobs in a process of their own, which ends with this one."""
    with cores(count) as own:
        # Loaded before the fork, after which little may be done.
        prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

        def prepare() -> None:
            if own:
                os.sched_setaffinity(0, own)
            if prctl:
                prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG

        result = subprocess.run(
            [*command, "--job", plan, "--index", str(chunk)], cwd=folder, capture_output=True, text=True, check=False, preexec_fn=prepare
        )
    if result.returncode == 0:
        return
    said = result.stderr[-TOLD_CHARACTERS:].strip()
    raise (JobRefused if result.returncode == MISCONFIGURED else JobFailed)(f"jobs {chunk}, exit code {result.returncode}: {said}")


def collect(command: list[str], plan: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command, "--collect", str(plan)], capture_output=True, text=True, check=False)


def report_of(plan: Path) -> Path:
    return plan.parent / f"{plan.name.removesuffix('.json')}.results" / "report.json"


def undone(plan: Path) -> list[int]:
    """The jobs that `fuse --collect` has just found no result of."""
    report = json.loads(report_of(plan).read_text())["task_arithmetic_studio"]
    return sorted(index for state in ("missing", "failed", "damaged") for index in report[state])


def chunks(indices: list[int], size: int) -> list[Chunk]:
    """Neighbours together, as many as `size`."""
    made: list[Chunk] = []
    for index in indices:
        if made and made[-1].last == index - 1 and len(made[-1]) < size:
            made[-1] = Chunk(made[-1].first, index)
        else:
            made.append(Chunk(index, index))
    return made


def tell(done: int, failed: int, total: int, begun: float) -> None:
    seconds = time.monotonic() - begun
    left = seconds / done * (total - done) if done else 0
    wrong = f", {failed} failed" if failed else ""
    end = "\r" if sys.stderr.isatty() and done < total else "\n"
    print(f"{done} of {total} jobs{wrong}, {seconds:.0f} s, {left:.0f} s left   ", file=sys.stderr, end=end, flush=True)


def run_all(pending: list[Chunk], command: list[str], plan: Path, arguments: argparse.Namespace) -> list[str]:
    """What went wrong, a text for each chunk that failed in the end."""
    # A worker that dies is as good a reason to try again as a job that fails.
    task = ray.remote(run_chunk).options(num_cpus=arguments.num_cpus, max_retries=arguments.retries, retry_exceptions=[JobFailed])
    running = {task.remote(command, str(plan.parent), str(plan), chunk, arguments.num_cpus): chunk for chunk in pending}
    total, begun, done, failures = sum(map(len, pending)), time.monotonic(), 0, []
    while running:
        (ready,), _ = ray.wait(list(running), num_returns=1)
        chunk = running.pop(ready)
        try:
            ray.get(ready)
        except ray.exceptions.RayTaskError as error:
            failures.append(str(error.cause))
        except ray.exceptions.RayError as error:
            failures.append(f"jobs {chunk}: {error}")
        done += len(chunk)
        tell(done, len(failures), total, begun)
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan", type=Path, metavar="jobs.json")
    parser.add_argument("--address", help="of the cluster, as `ray start` tells it, or auto; without it Ray runs on this machine alone")
    parser.add_argument("--num-cpus", type=int, default=1, metavar="N", help="CPUs, and so threads, of a job (default: %(default)s)")
    parser.add_argument("--chunk", type=int, default=1, metavar="N", help="jobs of one process, which opens checkpoints once (default: %(default)s)")
    parser.add_argument("--retries", type=int, default=3, metavar="N", help="of a job whose worker died or that failed (default: %(default)s)")
    parser.add_argument("--command", default=COMMAND, help="how the program is called (default: %(default)s)")
    arguments = parser.parse_args()
    if min(arguments.num_cpus, arguments.chunk, arguments.retries + 1) < 1:
        parser.error("--num-cpus and --chunk begin at 1, --retries at 0")
    command, plan = shlex.split(arguments.command), arguments.plan.resolve()

    before = collect(command, plan)
    if before.returncode == MISCONFIGURED or not report_of(plan).exists():
        print(before.stderr.strip(), file=sys.stderr)
        return before.returncode or 1
    pending = chunks(undone(plan) if before.returncode else [], arguments.chunk)
    failures: list[str] = []
    if pending:
        alone = {} if arguments.address else {"_node_ip_address": "127.0.0.1", "include_dashboard": False}
        # Ray tells of workers that died on standard output, where the table will stand.
        with contextlib.redirect_stdout(sys.stderr):
            ray.init(address=arguments.address or "local", log_to_driver=False, logging_level="ERROR", **alone)
            try:
                largest = max((node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"]), default=0)
                if largest < arguments.num_cpus:
                    print(f"--num-cpus {arguments.num_cpus}: no machine of the cluster has as many; the largest has {largest:.0f}.")
                    return MISCONFIGURED
                failures = run_all(pending, command, plan, arguments)
            finally:
                ray.shutdown()
    else:
        print("Every job has its result: nothing to run.", file=sys.stderr)
    for text in failures:
        print(text, file=sys.stderr)
    after = collect(command, plan) if pending else before
    print(after.stdout, end="")
    print(after.stderr, end="", file=sys.stderr)
    return after.returncode


if __name__ == "__main__":
    sys.exit(main())

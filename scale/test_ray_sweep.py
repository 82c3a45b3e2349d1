"""Tests ray_sweep.py on a Ray cluster of two nodes on this machine, on loopback. By hand; needs the packages of requirements.txt.

    python scale/test_ray_sweep.py
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
# As on macOS: the cluster is found, and listens, on loopback alone.
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"

from ray.cluster_utils import Cluster

REPOSITORY = Path(__file__).resolve().parent.parent
FUSE = ["node", str(REPOSITORY / "scripts/fuse.mjs")]
CONFIG = [
    "--config-path", "reference/fixtures/scoring/program", "--config-name", "clip_task_arithmetic", "engine=wasm",
    "-m", "method.scaling_factor=0.0,0.2,0.4,0.6,0.8",
]  # fmt: skip
JOBS = 5
NODE = {"num_cpus": 1, "object_store_memory": 80 * 2**20, "node_ip_address": "127.0.0.1", "include_dashboard": False}

KILLER = """\
import os, pathlib, signal, subprocess, sys
# The job at this index takes its worker with it, as often as it is told to.
*command, = sys.argv[2:]
marks = pathlib.Path(sys.argv[1])
if "--job" in command and command[-1] == "3":
    kills = len(list(marks.iterdir()))
    if kills < 2:
        (marks / str(kills)).touch()
        os.kill(os.getppid(), signal.SIGKILL)
        signal.pause()
os.execvp(command[0], command)
"""


def fuse(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*FUSE, *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=True)


class RaySweep(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.cluster = Cluster(initialize_head=True, head_node_args=NODE)
        cls.cluster.add_node(**{key: value for key, value in NODE.items() if key != "include_dashboard"})
        cls.cluster.wait_for_nodes()
        with tempfile.TemporaryDirectory() as folder:
            cls.table = fuse(*CONFIG, f"hydra.sweep.dir={folder}").stdout

    @classmethod
    def tearDownClass(cls) -> None:
        cls.cluster.shutdown()

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.plan = self.folder / "jobs.json"
        fuse(*CONFIG, f"hydra.sweep.dir={self.folder}/out", "--plan", str(self.plan))

    def sweep(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(REPOSITORY / "scale/ray_sweep.py"), str(self.plan), "--address", self.cluster.address, *arguments]
        return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)

    def results(self) -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in (self.folder / "jobs.results").glob("*.jsonl")}

    def test_same_table_and_nothing_twice(self) -> None:
        first = self.sweep("--chunk", "2")
        self.assertEqual((first.returncode, first.stdout), (0, self.table), first.stderr)
        self.assertIn(f"{JOBS} of {JOBS} jobs, ", first.stderr)
        before = self.results()
        self.assertEqual(len(before), JOBS)

        again = self.sweep()
        self.assertEqual((again.returncode, again.stdout), (0, self.table), again.stderr)
        self.assertIn("nothing to run", again.stderr)
        self.assertEqual(self.results(), before)

        lost = next((self.folder / "jobs.results").glob("*.jsonl"))
        lost.unlink()
        third = self.sweep()
        self.assertEqual((third.returncode, third.stdout), (0, self.table), third.stderr)
        self.assertIn("1 of 1 jobs, ", third.stderr)
        after = self.results()
        self.assertEqual({name for name in after if after[name] != before[name]}, {lost.name})

    def test_killed_workers_change_nothing(self) -> None:
        marks = self.folder / "marks"
        marks.mkdir()
        killer = self.folder / "killer.py"
        killer.write_text(KILLER)
        command = shlex.join([sys.executable, str(killer), str(marks), *FUSE])
        result = self.sweep("--command", command)
        self.assertEqual(len(list(marks.iterdir())), 2)
        self.assertEqual((result.returncode, result.stdout), (0, self.table), result.stderr)

        # More often than it is tried again.
        for mark in marks.iterdir():
            mark.unlink()
        key = json.loads(self.plan.read_text())["jobs"][3]["key"]
        (self.folder / "jobs.results" / f"{key}.jsonl").unlink()
        result = self.sweep("--command", command, "--retries", "1")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn(f"1 of {JOBS} jobs have no result: missing 3.", result.stderr)
        result = self.sweep("--command", command)
        self.assertEqual((result.returncode, result.stdout), (0, self.table), result.stderr)

    def test_what_cannot_be_run_is_told(self) -> None:
        crowded = self.sweep("--num-cpus", "3")
        self.assertEqual(crowded.returncode, 2)
        self.assertIn("--num-cpus 3: no machine of the cluster has as many; the largest has 1.", crowded.stderr)
        self.plan.write_text("{}")
        self.assertEqual(self.sweep().returncode, 2)


if __name__ == "__main__":
    unittest.main()

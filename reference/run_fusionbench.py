"""Runs the real `fusion_bench` command with the tasks of a tasks.json registered, offline, under transformers 5.23.

python reference/run_fusionbench.py --tasks FOLDER/tasks.json [--threads N] [Hydra's arguments: --config-path DIR --config-name NAME key=value ...]
"""

import argparse
import sys
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, add_help=False)
    parser.add_argument("--tasks", type=Path)
    parser.add_argument("--threads", type=int, help="threads of torch; the fixtures are made with one")
    arguments, hydra_arguments = parser.parse_known_args()

    from groups import fusionbench

    if arguments.tasks:
        fusionbench.register_tasks(arguments.tasks)
    if arguments.threads:
        import torch

        torch.set_num_threads(arguments.threads)
    from fusion_bench.scripts.cli import _hydra_main

    sys.argv = [sys.argv[0], *hydra_arguments]
    _hydra_main()


if __name__ == "__main__":
    main()

"""Times FusionBench's own classes merging CLIP vision models of local folders, reading included: prints the seconds.

python reference/time_merge.py task_arithmetic|ties_merging PRETRAINED EXPERT...
"""

import argparse
import time


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("method", choices=["task_arithmetic", "ties_merging"])
    parser.add_argument("pretrained")
    parser.add_argument("experts", nargs="+")
    arguments = parser.parse_args()

    from fusion_bench import CLIPVisionModelPool
    from fusion_bench.method import TaskArithmeticAlgorithm, TiesMergingAlgorithm

    models = {"_pretrained_": arguments.pretrained, **{f"e{i}": path for i, path in enumerate(arguments.experts)}}
    if arguments.method == "task_arithmetic":
        method = TaskArithmeticAlgorithm(scaling_factor=0.3)
    else:
        method = TiesMergingAlgorithm(scaling_factor=0.3, threshold=20, remove_keys=[], merge_func="sum")
    begun = time.perf_counter()
    method.run(CLIPVisionModelPool(models=models))
    print(time.perf_counter() - begun)


if __name__ == "__main__":
    main()

"""relations/: the cosines between task vectors that FusionBench's `TaskVectorCosSimilarity` writes, for the pools of merge/."""

from pathlib import Path

from fusion_bench.method.analysis.task_vector_cos_similarity import TaskVectorCosSimilarity

from groups import fusionbench
from groups.common import SHAPES, quiet


def make(out: Path) -> None:
    for shape in SHAPES:
        folder = out / "relations" / shape
        with quiet():
            TaskVectorCosSimilarity(plot_heatmap=False, output_path=str(folder)).run(fusionbench.pool(shape))

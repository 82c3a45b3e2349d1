"""Writes the model card: prose from `card.md`, every figure from the results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import mean

from .finetune import EXPERTS
from .results import HEADLINE_NUMBERS

_PROSE = Path(__file__).with_name("card.md")
_POOL_SOURCES = {
    "emoji": "nine emoji sets, subjects of the tasks left out",
    "flags": "flags of other countries, four sets",
    "printed digits": "Debian fonts",
    "printed letters": "Debian fonts",
    "chess seeds": "two of the training sets",
    "fashion seeds": "four photographs a class",
    "flags seeds": "two waves of flag-icons' drawing a country",
}


def write_card(demo: Path, results: dict) -> None:
    """Writes `demo/README.md`."""
    parts = {
        "tables": _tables(results),
        "seeds": _seeds(results["seeds"]),
        "goals": _goals(results),
        "pools": _pools(results["data"]["pools"]),
        "tasks": _tasks(results["data"]["tasks"]),
        "experts": _experts(),
    }
    text = _PROSE.read_text()
    for name, content in parts.items():
        text = text.replace("{" + name + "}", content)
    (demo / "README.md").write_text(text)


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _tables(results: dict) -> str:
    names = sorted(results["models"]["_pretrained_"]["tasks"])
    chosen = str(results["scaling_factor"]["chosen"])
    sizes = results["models"]["_pretrained_"]["tasks"]

    def row(title: str, scored: dict) -> list[str]:
        return [title, *(percent(scored["tasks"][name]["accuracy"]) for name in names), percent(scored["average"])]

    models = results["models"]
    rows = [row("pretrained", models["_pretrained_"])]
    rows += [row(f"expert {name}", models[name]) for name in names]
    own = [percent(models[name]["tasks"][name]["accuracy"]) for name in names]
    rows.append(["experts, own task", *own, percent(results["experts_on_their_own_task"])])
    rows.append(row("simple average", models["simple_average"]))
    rows.append(row(f"task arithmetic, {chosen}", results["task_arithmetic"][chosen]))
    rows += [row(f"{name} negated (-1)", results["negation"][name]) for name in names]
    header = ["accuracy in %", *(f"{name} (n = {sizes[name]['n']})" for name in names), "average"]
    sweep = results["task_arithmetic"]
    validation = results["scaling_factor"]["validation_average"]
    by_factor = table(
        ["scaling factor", *names, "average", "validation average"],
        [[*row(text, scored), percent(validation[text])] for text, scored in sweep.items()],
    )
    return f"{table(header, rows)}\n\nThe sweep; {chosen} was chosen on validation:\n\n{by_factor}"


def _seeds(seeds: dict) -> str:
    titles = ["run", *(number.replace("_", " ") for number in HEADLINE_NUMBERS), "scaling factor"]
    rows = [
        [name, *(percent(entry[number]) for number in HEADLINE_NUMBERS), str(entry["scaling_factor"])]
        for name, entry in seeds["runs"].items()
    ]
    if "base" in seeds:
        rows.append(
            ["mean and deviation", *(f"{percent(seeds[n]['mean'])} ± {percent(seeds[n]['deviation'])}" for n in HEADLINE_NUMBERS), ""]
        )
    return table(titles, rows)


def _goals(results: dict) -> str:
    """The goals, the shipped files' figures, and the mean over seeds: what was reached once may have been luck."""
    shipped, runs = results["headline"], list(results["seeds"]["runs"].values())
    chance = {name: 1 / entry["classes"] for name, entry in results["data"]["tasks"].items()}

    def margin(run: dict) -> float:
        return min(run["base_by_task"][name] - chance[name] for name in chance)

    goals: list[tuple[str, str, Callable[[dict], float], Callable[[float], bool]]] = [
        ("base average between 45 and 70", "{}", lambda run: run["base"], lambda value: 0.45 <= value <= 0.70),
        ("base above chance on every task", "by {} at least", margin, lambda value: value > 0),
        ("experts on their own task above 83 (88 wished)", "{}", lambda run: run["experts"], lambda value: value > 0.83),
        ("task arithmetic 12 above the base", "{}", lambda run: run["above_base"], lambda value: value >= 0.12),
        ("task arithmetic 5 above the simple average", "{}", lambda run: run["above_simple_average"], lambda value: value >= 0.05),
        ("negating an expert lowers its task by 15", "{} at least", lambda run: -run["negated_own"], lambda value: value >= 0.15),
        ("and no other task by more than 8", "{} at most", lambda run: -run["negated_other"], lambda value: value <= 0.08),
    ]

    def cells(text: str, value: float, reached: Callable[[float], bool]) -> list[str]:
        return [text.format(percent(value)), _yes(reached(value))]

    rows = [
        [goal, *cells(text, of(shipped), reached), *cells(text, mean(of(run) for run in runs), reached)]
        for goal, text, of, reached in goals
    ]
    factors = [run["scaling_factor"] for run in runs]
    rows.insert(
        3,
        ["best scaling factor inside the sweep", str(shipped["scaling_factor"]), _yes(0 < shipped["scaling_factor"] < 1.5),
         ", ".join(map(str, factors)), _yes(all(0 < factor < 1.5 for factor in factors))],
    )  # fmt: skip
    return table(["goal, in points", "shipped files", "reached", f"mean of {len(runs)} seeds", "reached"], rows)


def _pools(pools: dict) -> str:
    rows = [
        [name, _POOL_SOURCES[name], f"{entry['pictures']:,}", str(entry["concepts"]), f"{100 * entry['share']:.1f} %"]
        for name, entry in pools.items()
    ]
    return table(["pretraining pool", "from", "pictures", "concepts", "share"], rows)


def _tasks(tasks: dict) -> str:
    rows = [[name, *(f"{entry[key]:,}" for key in ("classes", "train", "validation", "test"))] for name, entry in tasks.items()]
    return table(["task", "classes", "training", "validation", "test"], rows)


def _experts() -> str:
    rows = [
        [name, str(o.steps), str(o.batch), str(o.replay_batch), f"{o.learning_rate:g}", f"{o.weight_decay:g}"]
        for name, o in EXPERTS.items()
    ]
    return table(["expert", "steps", "pictures of the task", "of replay", "learning rate", "weight decay"], rows)


def _yes(reached: bool) -> str:
    return "yes" if reached else "no"

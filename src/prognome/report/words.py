"""Names and numbers in plain words."""

from __future__ import annotations

import re
from math import floor, log10

from prognome.core.metrics import AT, METRICS, metrics_at
from prognome.page.html import Markup, element, join
from prognome.page.numbers import data, decimal, probability
from prognome.page.table import Estimate
from prognome.report.folder import CHOSEN, Difference, Figure, Run

_MODELS = {
    "dummy": "dummy",
    "logistic": "logistic regression",
    "ridge": "ridge regression",
    "elastic_net": "elastic net",
    "lda": "linear discriminant analysis",
    "naive_bayes": "naive Bayes",
    "cox": "Cox regression",
    "random_survival_forest": "random survival forest",
    "svm_linear": "linear support vector machine",
    "decision_tree": "decision tree",
    "knn": "nearest neighbours",
    "svm": "support vector machine (RBF)",
    "gaussian_process": "Gaussian process",
    "random_forest": "random forest",
    "extra_trees": "extremely randomised trees",
    "balanced_forest": "balanced random forest",
    "balanced_bagging": "balanced bagging",
    "xgboost": "gradient-boosted trees (XGBoost)",
    "lightgbm": "gradient-boosted trees (LightGBM)",
    "hist_boosting": "gradient-boosted trees (scikit-learn)",
    "kmer": "k-mer regression",
    "mlp": "dense network (MLP)",
    "cnn": "convolutional network (CNN)",
    "lstm": "recurrent network (LSTM)",
    "gru": "recurrent network (GRU)",
    "transformer": "transformer",
    "hybrid": "hybrid of network and forest",
    "transfer": "pre-trained encoder",
    "fusion": "late fusion",
    "stack": "stack of the other models",
    "clinical_only": "clinical data only",
    "single_best": "single best feature",
    "linear": "plain linear model",
    "group_mean": "group mean",
    CHOSEN: "picked by the inner folds",
}
_METRICS = {
    "auc_roc": "area under the ROC curve",
    "average_precision": "average precision",
    "balanced_accuracy": "balanced accuracy",
    "precision": "positive predictive value",
    "npv": "negative predictive value",
    "f1": "F1",
    "mcc": "Matthews correlation",
    "brier": "Brier score",
    "mae": "mean absolute error",
    "rmse": "root mean squared error",
    "mse": "mean squared error",
    "r2": "R²",
    "pearson": "linear correlation (Pearson)",
    "spearman": "rank correlation (Spearman)",
    "within_20_percent": "share within 20 % of the truth",
    "coverage": "coverage of sets",
    "set_size": "classes in a set",
    "interval_width": "width of intervals",
    "bias": "mean error (bias)",
    "c_uno": "concordance (Uno’s C)",
    "c_harrell": "concordance (Harrell’s C)",
    "auc_t": "area under the ROC curve over time",
    "brier_integrated": "integrated Brier score",
}
_AT_A_TIME = {
    "auc_t": "area under the ROC curve at {}",
    "brier_t": "Brier score at {}",
    "survival_bias": "predicted less observed survival at {}",
}
# Metrics that live between 0 (or -1) and 1.
UNIT = frozenset(
    {
        "auc_roc",
        "average_precision",
        "accuracy",
        "balanced_accuracy",
        "sensitivity",
        "specificity",
        "precision",
        "npv",
        "f1",
        "mcc",
        "brier",
        "r2",
        "pearson",
        "spearman",
        "within_20_percent",
        "coverage",
        "c_uno",
        "c_harrell",
        "auc_t",
        "brier_integrated",
    }
)
# In the unit of the target.
_IN_UNIT = frozenset({"mae", "rmse", "mse", "bias", "interval_width"})


def model_name(run: Run, label: str) -> str:
    """A model as people call it; a label of the user's own stays as it is."""
    ours = all(spec["name"] == label for spec in run.study.get("models", []) if spec["label"] == label)
    start, _, column = label.partition(":")
    if start == "group_mean" and column:
        return f"{_MODELS[start]} by {column}"
    return _MODELS.get(label, label) if ours else label


def metric_name(name: str) -> str:
    """A metric as people call it."""
    base, at, time = name.partition(AT)
    if at:
        return _AT_A_TIME.get(base, base + " at {}").format(time)
    return _METRICS.get(name, name.replace("_", " "))


def metric_of(run: Run, name: str) -> str:
    """A metric as people call it for this kind of target: coverage of sets, or of intervals."""
    return "coverage of intervals" if name == "coverage" and run.kind == "number" else metric_name(name)


def metric_help(name: str) -> str:
    """One line on a metric, or nothing."""
    _, at, time = name.partition(AT)
    if at:
        return next((one.help for one in metrics_at(float(time)) if one.name == name), "")
    return METRICS[name].help if name in METRICS else ""


def part_name(part: str) -> str:
    """A part as a heading."""
    fixed = {"cv": "Cross-validation", "validation": "Validation part", "test": "Test part"}
    return fixed.get(part) or f"External: {part.removeprefix('external:')}"


def inside(part: str) -> str:
    """A part inside a title: ``cross-validation``, ``external: vdx``."""
    name = part_name(part)
    return name[0].lower() + name[1:]


def in_part(run: Run, part: str) -> str:
    """A part inside a sentence, as ``in …``."""
    if part == "cv":
        return f"in {scheme(run)}"
    if part.startswith("external:"):
        return f"in the cohort “{part.removeprefix('external:')}”"
    return f"in the {part} part"


def scheme(run: Run) -> str:
    """How the main part was judged: ``5-fold cross-validation``."""
    outer = run.study.get("split", {}).get("outer", {})
    repeats, folds = repeats_and_folds(run)
    if run.record["split"]["scheme"] == "time":
        return f"{folds} folds that go forward in time"
    if outer.get("leave_out"):
        return f"cross-validation that leaves out one {outer['leave_out']} at a time ({folds} folds)"
    kind = "grouped " if outer.get("group") else ""
    again = f", repeated {repeats} times" if repeats > 1 else ""
    return f"{kind}{folds}-fold cross-validation{again}"


def repeats_and_folds(run: Run) -> tuple[int, int]:
    """Number of repeats, and of folds in each, from the split itself."""
    cv = run.split[run.split["part"] == "cv"]
    judged = cv[cv["fold"] > 0]
    return max(1, judged["repeat"].nunique()), judged["fold"].nunique()


def level_name(run: Run) -> str:
    """``95 %``."""
    return f"{100 * run.level:g}\u202f%"


def places(run: Run, metric: str, figure: Figure) -> int:
    """Decimals for a metric: two, three from 1,000 rows on; in the target's unit three digits that count."""
    if metric not in _IN_UNIT:
        return 3 if figure.n >= 1000 else 2
    first = run.figure(run.best, run.main, "mae" if metric == "bias" else metric)
    size = figure.value if first is None or first.value is None else first.value
    return min(6, max(0, 2 - floor(log10(abs(size))))) if size else 2


def number(run: Run, metric: str, figure: Figure, which: str = "value") -> Markup:
    """One of value, low, high, with every digit for machines."""
    value = getattr(figure, which)
    return data(value, decimal(value, places(run, metric, figure), top=1.0 if metric in UNIT else None))


def decimal_of(run: Run, value: float) -> Markup:
    """A value of the primary metric, as :func:`number` would show it."""
    figure = run.figure(run.best, run.main)
    return data(value, decimal(value, places(run, run.primary, figure) if figure else 2))


def interval(run: Run, metric: str, figure: Figure, between: str = " to ") -> Markup:
    """``0.93 to 1.00``."""
    if figure.low is None or figure.high is None:
        return element("span", "interval not defined", class_="none")
    return join([number(run, metric, figure, "low"), between, number(run, metric, figure, "high")])


def estimate(run: Run, metric: str, figure: Figure, between: str = " to ") -> object:
    """A cell of a table: value and interval; the words where there is no value."""
    value = number(run, metric, figure)
    if figure.value is None:
        return value
    spread = element("span", interval(run, metric, figure, between), class_="range")
    return Estimate(element("div", value, " ", spread), value, *ends(run, metric, figure))


def ends(run: Run, metric: str, figure: Figure) -> tuple[object, object]:
    """Low and high for a file; empty where they are not defined."""
    if figure.low is None or figure.high is None:
        return "", ""
    return number(run, metric, figure, "low"), number(run, metric, figure, "high")


def with_interval(run: Run, metric: str, figure: Figure, *, first: bool = False) -> Markup:
    """``0.98 (95 % interval 0.93 to 1.00)``, or without the words after the first time."""
    words = f"{level_name(run)} interval " if first else ""
    return join([number(run, metric, figure), " (", words, interval(run, metric, figure), ")"])


def difference(run: Run, value: float | None, metric: str = "", *, sign: bool = False) -> Markup:
    """A difference in a metric (by default the primary), with one decimal more than the metric itself."""
    first = run.figure(run.best, run.main, metric)
    more = places(run, metric or run.primary, first) + 1 if first else 3
    shown = decimal(value, more)
    return data(value, f"+{shown}" if sign and value is not None and value > 0 else shown)


def difference_interval(run: Run, one: Difference, metric: str = "") -> Markup:
    """``−0.021 to 0.140`` of a difference."""
    if one.low is None or one.high is None:
        return element("span", "interval not defined", class_="none")
    return join([difference(run, one.low, metric), " to ", difference(run, one.high, metric)])


def difference_cell(run: Run, one: Difference, metric: str = "") -> Estimate:
    """A cell of a table: a difference with its interval."""
    value = difference(run, one.difference, metric, sign=True)
    known = one.low is not None and one.high is not None
    low, high = (difference(run, end, metric) if known else "" for end in (one.low, one.high))
    return Estimate(
        element("span", value, " (", difference_interval(run, one, metric), ")"), value, low, high
    )


def p_value(p: float | None) -> Markup:
    """A p-value as ``.031``, with every digit for machines."""
    return data(p, probability(p))


def equals(p: float | None) -> str:
    """``p = .031`` or ``p < .001``."""
    shown = probability(p)
    return f"p\u00a0{shown}" if shown[:1] in "<>" else f"p\u00a0=\u00a0{shown}"


def spoken(run: Run, words: str, part: str) -> str:
    """A sentence of the record on a part, with labels of models as people call them."""
    names = {label: model_name(run, label) for label in [*run.labels, CHOSEN]}
    ours = sorted((label for label, name in names.items() if name != label), key=len, reverse=True)
    name = part.removeprefix("external:")
    head, rest = "", words
    if words.startswith(cohort := f"In the cohort {name} "):
        head, rest = f"In the cohort “{name}” ", words.removeprefix(cohort)
    if not ours:
        return head + rest
    found = "|".join(re.escape(label) for label in ours)
    return head + re.sub(rf"(?<![\w:])(?:{found})(?![\w:])", lambda one: names[one.group(0)], rest)


def listed(items: list[str]) -> str:
    """``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def sentence(words: str) -> str:
    """The words with a capital at the front."""
    return words[:1].upper() + words[1:]

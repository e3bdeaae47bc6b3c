"""Being on the menu of steps is being held to this contract."""

import inspect

import numpy as np
import pandas as pd
import pytest
import skops.io
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal
from sklearn.base import clone

from prognome.core.space import sample
from prognome.errors import DataError
from prognome.prepare.catalog import STEPS

MAY_HAVE_GAPS = ("select.variance", "select.list")
NO_GAPS = (
    *(entry.name for entry in STEPS if entry.name.startswith("select.") and entry.name not in MAY_HAVE_GAPS),
    "clean.correlated",
    "reduce.pca",
)
PARAMS = {"impute.median": {"indicators": True}, "impute.knn": {"k": 3, "indicators": True}}
FEW = {
    "select.anova": {"k": 3},
    "select.mutual_info": {"k": 3},
    "select.cox": {"k": 3},
    "select.variance": {"k": 4},
    "select.chi2": {"k": 3},
    "select.correlation": {"k": 3},
    "select.mrmr": {"k": 3},
    "select.forest": {"k": 3, "trees": 10},
    "select.l1": {"k": 3},
    "select.rfe": {"k": 3},
    "select.rfe_cv": {"least": 2, "folds": 2, "step": 3},
    "select.stability": {"pairs": 3},
    "select.boruta": {"rounds": 3, "trees": 10},
    "select.genetic": {"population": 6, "generations": 2},
    "select.list": {"columns": ["g1", "g3", "x1", "x3"], "missing": "drop"},
    "reduce.pca": {"components": 3},
}

pytestmark = pytest.mark.parametrize("entry", STEPS, ids=lambda entry: entry.name)


TEXTS = {"table": ["sex", "site", "stage"], "sequence": ["site", "read", "tail"]}


def texts_of(entry):
    return TEXTS[entry.blocks[0]]


def build(entry):
    return entry.load()(**PARAMS.get(entry.name, {}), **FEW.get(entry.name, {}))


def numbers_for(entry, n=40, *, seed=0):
    """Numbers that every step takes: from 0 up, some repeated, a constant column, a copy, gaps if allowed."""
    rng = np.random.default_rng(seed)
    X = rng.gamma(2.0, size=(n, 9))
    X[:, 1] = rng.integers(0, 3, n)
    X[:, 2] = 4.0
    X[:, 5] = X[:, 3]
    if entry.name not in NO_GAPS:
        X[rng.random(X.shape) < 0.15] = np.nan
    return X


def frame_for(entry, n=40, *, seed=0):
    """Those numbers among categories with and without order and gaps, under a row index of their own."""
    rng = np.random.default_rng(seed + 1)
    frame = pd.DataFrame(numbers_for(entry, n, seed=seed), columns=[f"g{i}" for i in range(9)])
    if entry.blocks == ("sequence",):
        for name, texts in zip(texts_of(entry), sequences_for(n, rng), strict=True):
            frame[name] = pd.Series(texts, dtype=object)
        return frame.set_axis(np.arange(100, 100 + n))
    frame.insert(0, "sex", rng.choice(np.array(["F", "M"], dtype=object), n))
    site = rng.choice(np.array(["a", "b", "c", None], dtype=object), n)
    frame.insert(4, "site", pd.Series(site, dtype=object))
    frame["stage"] = pd.Categorical(
        rng.choice(["I", "II", "III"], n), categories=["I", "II", "III"], ordered=True
    )
    return frame.set_axis(np.arange(100, 100 + n))


def sequences_for(n, rng):
    """Sites of one length, reads of any with unsure letters and gaps, tails too short for longer k-mers."""

    def draw(length, letters="ACGT"):
        return "".join(rng.choice(list(letters), length))

    yield [draw(12) for _ in range(n)]
    yield [None if rng.random() < 0.15 else draw(rng.integers(1, 50), "ACGTN") for _ in range(n)]
    yield [draw(rng.integers(1, 4)) for _ in range(n)]


def target_for(entry, n=40):
    if entry.targets == ("survival",):
        return np.column_stack([1 + np.arange(n) * 7 % 11, np.arange(n) % 2]).astype(float)
    return np.arange(n) % 2


def test_menu_line_names_the_class_and_says_what_it_does(entry):
    step = entry.load()
    assert entry.name == step.NAME
    assert entry.help.endswith(".")
    assert len(entry.help) <= 90
    assert "**Learns**" in step.__doc__
    assert step.holds_training_rows is (entry.name in ("impute.knn", "scale.rank"))


def test_constructor_only_stores_and_clone_keeps_parameters(entry):
    step = entry.load()
    given = {name: object() for name in inspect.signature(step).parameters}  # nobody may look at these
    made = step(**given)
    assert vars(made) == given
    fresh = build(entry).fit(numbers_for(entry), target_for(entry))
    copy = clone(fresh)
    assert copy.get_params() == fresh.get_params()
    assert set(vars(copy)) == set(copy.get_params())


def test_every_parameter_has_a_rule_that_allows_its_default_and_its_search_space(entry):
    step = entry.load()
    defaults = step().get_params()
    assert set(step.ALLOWED) == set(defaults)
    assert [name for name, value in defaults.items() if not step.ALLOWED[name].holds(value)] == []
    rng = np.random.default_rng(0)
    for _ in range(5):
        drawn = sample(step.SPACE, rng)
        assert [name for name, value in drawn.items() if not step.ALLOWED[name].holds(value)] == []


def test_what_is_learned_ends_in_an_underscore_and_is_no_pandas(entry):
    step = build(entry).fit(frame_for(entry), target_for(entry))
    learned = {name: value for name, value in vars(step).items() if name not in step.get_params()}
    assert [name for name in learned if not name.endswith("_")] == []
    assert [name for name, value in learned.items() if type(value).__module__.startswith("pandas")] == []
    assert step.n_features_in_ == 12
    assert step.feature_names_in_.tolist() == frame_for(entry).columns.tolist()


def test_frame_in_gives_frame_out_with_names_and_index(entry):
    frame = frame_for(entry)
    step = build(entry).fit(frame, target_for(entry))
    made = step.transform(frame)
    assert isinstance(made, pd.DataFrame)
    assert made.columns.tolist() == step.get_feature_names_out().tolist()
    assert made.index.equals(frame.index)
    assert_frame_equal(made, build(entry).fit_transform(frame, target_for(entry)))


def test_array_in_gives_array_out_equal_to_the_frame_of_the_same_numbers(entry):
    X = numbers_for(entry)
    step = build(entry).fit(X, target_for(entry))
    made = step.transform(X)
    assert isinstance(made, np.ndarray)
    assert made.dtype == np.float64
    assert made.shape == (40, len(step.get_feature_names_out()))
    names = [f"g{i}" for i in range(9)]
    frame = pd.DataFrame(X, columns=names)
    of_frame = build(entry).fit(frame, target_for(entry))
    assert_array_equal(of_frame.transform(frame).to_numpy(), made)
    assert step.get_feature_names_out(names).tolist() == of_frame.get_feature_names_out().tolist()


def test_categories_pass_a_step_for_numbers_and_numbers_a_step_for_categories(entry):
    frame = frame_for(entry)
    made = build(entry).fit_transform(frame, target_for(entry))
    if entry.name.startswith("encode."):
        passing = [f"g{i}" for i in range(9)] + texts_of(entry) * (entry.name == "encode.position")
    elif entry.name == "impute.mode":
        passing = ["sex", "stage"]
    else:
        passing = texts_of(entry)
    assert_frame_equal(made[passing], frame[passing])


def test_one_row_alone_gives_what_it_gives_in_a_crowd(entry):
    step = build(entry).fit(frame_for(entry), target_for(entry))
    new = frame_for(entry, seed=7)
    crowd = step.transform(new)
    for row in range(0, 40, 3):
        alone = step.transform(new.iloc[[row]])
        expected = crowd.iloc[[row]]
        assert_frame_equal(alone, expected, check_exact=False, rtol=0, atol=1e-12)


def test_fit_twice_gives_the_same(entry):
    frame = frame_for(entry)
    step = build(entry)
    first = step.fit(frame, target_for(entry)).transform(frame)
    step.fit(frame_for(entry, seed=5), target_for(entry))
    assert_frame_equal(step.fit(frame, target_for(entry)).transform(frame), first)


def test_rows_that_are_not_in_fit_do_not_matter(entry):
    frame = frame_for(entry)
    spoiled = frame.copy()
    spoiled.loc[spoiled.index[30:], [f"g{i}" for i in range(3, 9)]] = 1e6
    spoiled.loc[spoiled.index[30:], texts_of(entry)[0]] = "new" if "table" in entry.blocks else "ACG"
    first = build(entry).fit(frame.iloc[:30], target_for(entry, 30))
    second = build(entry).fit(spoiled.iloc[:30], target_for(entry, 30))
    second.transform(spoiled.iloc[30:])
    assert_frame_equal(first.transform(frame), second.transform(frame))


def test_input_is_not_changed_and_the_output_is_a_copy(entry):
    X, frame = numbers_for(entry), frame_for(entry)
    made = build(entry).fit_transform(X, target_for(entry))
    made[:] = -1.0
    assert_array_equal(X, numbers_for(entry))
    of_frame = build(entry).fit_transform(frame, target_for(entry))
    for place in range(of_frame.shape[1]):
        of_frame.iloc[:, place] = of_frame.iloc[::-1, place].to_numpy()
    assert_frame_equal(frame, frame_for(entry))


def test_survives_skops(entry):
    frame = frame_for(entry)
    step = build(entry).fit(frame, target_for(entry))
    data = skops.io.dumps(step)
    again = skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))
    assert_frame_equal(again.transform(frame), step.transform(frame))


def test_column_wholly_missing_or_constant_does_not_crash(entry):
    frame = frame_for(entry)
    same, missing, _ = texts_of(entry)
    frame[same] = "F" if "table" in entry.blocks else "ACGT"
    frame[missing] = pd.Series([None] * 40, index=frame.index, dtype=object)
    if entry.name not in NO_GAPS:
        frame["g0"] = np.nan
    made = build(entry).fit_transform(frame, target_for(entry))
    assert len(made) == 40
    if entry.name.startswith(("impute.", "scale.")):
        assert set(frame.columns) <= set(made.columns)


def test_gaps_are_served_or_refused_with_a_remedy(entry):
    frame = frame_for(entry)
    frame.loc[frame.index[3], "g0"] = np.nan
    step = build(entry)
    if entry.name in NO_GAPS:
        with pytest.raises(DataError, match=r"impute\.median"):
            step.fit(frame, target_for(entry))
    else:
        assert len(step.fit_transform(frame, target_for(entry))) == 40


def test_single_row_is_served_unless_the_target_cannot_be_compared(entry):
    frame = frame_for(entry).iloc[[0]]
    step = build(entry)
    if step.needs_target:
        with pytest.raises(DataError, match="a single class in 1 rows"):
            step.fit(frame, target_for(entry, 1))
    else:
        assert len(step.fit_transform(frame)) == 1


def test_frames_of_numbers_alone_and_of_categories_alone_are_served(entry):
    frame = frame_for(entry)
    numbers = frame[[f"g{i}" for i in range(9)]]
    categories = frame[texts_of(entry)]
    for part in (numbers, categories):
        step = build(entry).fit(part, target_for(entry))
        assert step.transform(part).columns.tolist() == step.get_feature_names_out().tolist()
    if not entry.name.startswith(("encode.", "impute.mode")):
        assert_frame_equal(step.transform(categories), categories)


def test_no_rows_to_transform_give_no_rows(entry):
    frame = frame_for(entry)
    step = build(entry).fit(frame, target_for(entry))
    assert step.transform(frame.iloc[:0]).shape == (0, len(step.get_feature_names_out()))


def test_other_columns_are_refused(entry):
    step = build(entry).fit(frame_for(entry), target_for(entry))
    with pytest.raises(DataError, match=r"1 missing \(g3\), 1 unknown \(h3\)"):
        step.transform(frame_for(entry).rename(columns={"g3": "h3"}))


def test_numbers_are_transformed_alike_whatever_the_layout_in_memory(entry):
    X = numbers_for(entry)
    step = build(entry).fit(X, target_for(entry))
    other = build(entry).fit(np.asfortranarray(X), target_for(entry))
    assert_allclose(other.transform(np.asfortranarray(X)), step.transform(X), rtol=0, atol=0)

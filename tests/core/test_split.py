"""Who trains and who judges: properties that every split must have, and the faults it must refuse."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prognome.core.split import check_folds, inner_folds, make_split
from prognome.core.split_file import read_split
from prognome.core.study_split import SplitSpec
from prognome.errors import DataError, StudyError

N = 90
IDS = np.array([f"r{k}" for k in range(N)], dtype=object)
TARGET = np.arange(N) % 3 % 2
GROUPS = np.array([f"g{k // 3}" for k in range(N)], dtype=object)


def split(groups=None, **said):
    extra = {key: said.pop(key) for key in ("times", "in_test") if key in said}
    return make_split(
        SplitSpec.model_validate(said),
        ids=IDS,
        target=TARGET,
        classes=("0", "1"),
        groups=groups,
        seed=1,
        **extra,
    )


@given(folds=st.integers(2, 10), repeats=st.integers(1, 3), seed=st.integers(0, 9))
def test_every_row_is_judged_once_in_each_repeat_by_models_that_never_saw_it(folds, repeats, seed):
    spec = SplitSpec.model_validate({"outer": {"folds": folds, "repeats": repeats}})
    made = list(make_split(spec, ids=IDS, target=TARGET, classes=("0", "1"), seed=seed).folds())
    assert len(made) == folds * repeats
    for repeat in range(1, repeats + 1):
        judged = np.concatenate([fold.judge for fold in made if fold.repeat == repeat])
        assert sorted(judged) == list(range(N))
    for fold in made:
        assert not set(fold.train) & set(fold.judge)
        assert len(fold.train) + len(fold.judge) == N


def test_classes_are_in_proportion_in_every_fold():
    for fold in split(outer={"folds": 5}).folds():
        assert abs(TARGET[fold.judge].mean() - TARGET.mean()) < 0.06


def test_groups_stay_whole():
    for fold in split(GROUPS, outer={"folds": 5, "group": "g"}).folds():
        assert not set(GROUPS[fold.train]) & set(GROUPS[fold.judge])


def test_leave_out_gives_one_fold_a_value():
    sites = np.array([f"s{k % 4}" for k in range(N)], dtype=object)
    made = list(split(sites, outer={"leave_out": "site"}).folds())
    assert [set(sites[fold.judge]) for fold in made] == [{"s0"}, {"s1"}, {"s2"}, {"s3"}]


def test_folds_in_time_are_judged_by_the_past_alone():
    times = np.random.default_rng(0).permutation(N).astype(float)
    made = list(split(outer={"folds": 4, "time": "t"}, times=times).folds())
    assert len(made) == 4
    for fold in made:
        assert times[fold.train].max() < times[fold.judge].min()


def test_rows_of_one_time_are_never_on_both_sides():
    times = np.repeat(np.arange(9.0), 10)
    for fold in split(outer={"folds": 4, "time": "t"}, times=times).folds():
        assert not set(times[fold.train]) & set(times[fold.judge])


def test_a_test_fraction_in_time_is_the_latest():
    times = np.random.default_rng(0).permutation(N).astype(float)
    made = split(outer={"folds": 3, "time": "t"}, test={"fraction": 0.2}, times=times)
    assert times[made.test].min() > times[made.learn].max()
    assert len(made.test) == 18


@pytest.mark.parametrize("groups", [None, GROUPS])
def test_a_test_part_is_in_no_fold(groups):
    made = split(groups, test={"fraction": 0.2}, outer={"folds": 4, "group": None})
    assert 10 <= len(made.test) <= 26
    for fold in made.folds():
        assert not set(made.test) & (set(fold.train) | set(fold.judge))
    if groups is not None:
        assert not set(groups[made.test]) & set(groups[made.learn])


@pytest.mark.parametrize("said", [{"test": {"fraction": 0.2}}, {"fractions": [0.6, 0.2, 0.2]}])
def test_numbers_are_split_without_strata(said):
    numbers = np.random.default_rng(0).normal(size=N)
    made = make_split(SplitSpec.model_validate(said), ids=IDS, target=numbers, classes=())
    assert len(made.test) == 18


def test_a_named_test_part_is_honoured():
    named = np.arange(N) >= 70
    made = split(test={"column": "c", "value": "test"}, in_test=named)
    assert made.test.tolist() == list(range(70, N))


def test_three_fractions_give_three_parts():
    made = split(fractions=[0.7, 0.15, 0.15])
    (fold,) = made.folds()
    assert (len(fold.train), len(fold.judge), len(made.test)) == (62, 14, 14)
    assert fold.part == "validation"


def test_the_same_seed_gives_the_same_split():
    assert split(outer={"folds": 5}).table.equals(split(outer={"folds": 5}).table)


def test_a_class_smaller_than_the_folds_is_refused_with_its_count():
    target = np.r_[np.zeros(87, int), np.ones(3, int)]
    with pytest.raises(StudyError, match="class 'ill' is smaller than the number of folds; seen: 3 rows"):
        make_split(SplitSpec(), ids=IDS, target=target, classes=("well", "ill"))


def test_a_group_that_holds_all_of_one_class_is_refused():
    sites = np.where(TARGET == 1, "a", "b").astype(object)
    sites[:30] = np.where(np.arange(30) % 2, "b", "c")
    sites[TARGET == 1] = "a"
    with pytest.raises(DataError, match="one group holds the whole class"):
        split(sites, outer={"leave_out": "site"})


def test_more_folds_than_groups_is_refused():
    few = np.where(np.arange(N) < 45, "a", "b").astype(object)
    with pytest.raises(StudyError, match="more folds than groups"):
        split(few, outer={"folds": 5, "group": "g"})


def test_a_split_that_was_written_reads_back_the_same(tmp_path):
    made = split(GROUPS, outer={"folds": 3, "repeats": 2}, test={"fraction": 0.2})
    path = tmp_path / "split.tsv"
    made.table.to_csv(path, sep="\t", index=False)
    again = read_split(path, IDS, scheme="folds", groups=GROUPS)
    for one, other in zip(made.folds(), again.folds(), strict=True):
        assert one.train.tolist() == other.train.tolist()
        assert one.judge.tolist() == other.judge.tolist()
    assert made.test.tolist() == again.test.tolist()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda t: t.drop(columns="part"), "column 'part' is missing"),
        (lambda t: t.assign(part="exam"), "a part that does not exist"),
        (lambda t: t.iloc[1:], "1 rows of the cohort have no part"),
        (lambda t: pd.concat([t, t.iloc[:1]]), "stands twice"),
        (lambda t: t.assign(row=["x", *t["row"][1:]]), "rows that the cohort does not have"),
        (lambda t: t.assign(fold=""), "need a repeat and a fold"),
        (lambda t: t.assign(fold=[1.5, *t["fold"][1:]]), "no whole number"),
        (lambda t: t.assign(part=["train", *t["part"][1:]]), "part train goes with part validation"),
        (lambda t: pd.concat([t, t.iloc[:50].assign(repeat=2)]), "the repeats do not have the same rows"),
    ],
)
def test_a_split_file_with_a_fault_is_refused(tmp_path, change, expected):
    path = tmp_path / "split.tsv"
    change(split(outer={"folds": 3}).table).to_csv(path, sep="\t", index=False)
    with pytest.raises(DataError, match=expected):
        read_split(path, IDS, scheme="folds", groups=None)


def test_a_given_split_with_a_group_on_both_sides_is_refused():
    made = split(outer={"folds": 3})
    with pytest.raises(DataError, match="groups stand on both sides"):
        check_folds(made, TARGET, ("0", "1"), GROUPS)


def test_a_named_test_part_may_not_part_a_group_in_any_scheme():
    named = np.arange(N) % 3 == 0
    for said in ({"outer": {"folds": 3}}, {"fractions": [0.6, 0.2, 0.2]}):
        with pytest.raises(DataError, match="groups stand on both sides"):
            split(GROUPS, test={"column": "c", "value": "t"}, in_test=named, **said)


def test_a_test_part_in_time_never_parts_equal_times():
    times = np.repeat(np.arange(9.0), 10)
    made = split(outer={"folds": 3, "time": "t"}, test={"fraction": 0.15}, times=times)
    assert not set(times[made.test]) & set(times[made.learn])
    assert len(made.test) == 20


def test_fewer_times_than_folds_are_refused():
    with pytest.raises(StudyError, match="3 folds in time need more different times; seen: 2"):
        split(outer={"folds": 3, "time": "t"}, times=np.repeat([1.0, 2.0], 45))


@pytest.mark.parametrize(
    ("target", "groups", "share"),
    [
        (np.r_[np.zeros(89, int), 1], None, 0.2),
        (TARGET, np.resize(["a", "b", "c"], N).astype(object), 0.15),
        (TARGET[:4], None, 0.01),
    ],
)
def test_a_share_that_cannot_be_held_out_is_no_crash(target, groups, share):
    n = len(target)
    spec = SplitSpec.model_validate({"test": {"fraction": share}, "outer": {"folds": 2}})
    try:
        made = make_split(spec, ids=IDS[:n], target=target, classes=("0", "1"), groups=groups)
    except (StudyError, DataError):
        return
    assert 0 < len(made.test) < n


def test_a_class_with_one_row_to_learn_from_is_refused_before_any_work():
    target = np.r_[np.zeros(86, int), np.ones(4, int)]
    sites = np.r_[np.full(45, "a"), np.full(42, "b"), ["b"] * 2, ["a"]].astype(object)
    with pytest.raises(DataError, match="class 'ill' has a single row to learn from"):
        make_split(
            SplitSpec.model_validate({"outer": {"leave_out": "site"}}),
            ids=IDS, target=target, classes=("well", "ill"), groups=sites,
        )  # fmt: skip


def test_inner_folds_keep_groups_and_shrink_to_the_smallest_class():
    target = np.r_[np.zeros(20, int), np.ones(2, int)]
    pairs = inner_folds(target, None, 5, 0, classes=True)
    assert len(pairs) == 2
    for train, judge in inner_folds(TARGET, GROUPS, 4, 0, classes=True):
        assert not set(GROUPS[train]) & set(GROUPS[judge])

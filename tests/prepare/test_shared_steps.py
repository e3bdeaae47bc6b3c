"""Equal work on equal rows is done once, and nothing that differs is taken for equal."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import clone

from prognome.core.shared_work import SHARED, SharedWork
from prognome.prepare.base import KeepingStep
from prognome.prepare.fuse import Fuse, fuse
from prognome.prepare.impute import MedianImputer
from prognome.prepare.select import AnovaSelector
from prognome.prepare.shared_steps import plain

CHAIN = [("impute.median", {}), ("scale.zscore", {}), ("select.anova", {"k": 3})]


@pytest.fixture(autouse=True)
def _empty():
    SHARED.forget()
    yield
    SHARED.forget()


@pytest.fixture
def counted(monkeypatch):
    """How often medians were learned, and columns ranked."""
    counts = {"median": 0, "rank": 0}
    learn, score = MedianImputer._learn, AnovaSelector._score

    def learned(self, *args, **more):
        counts["median"] += 1
        return learn(self, *args, **more)

    def scored(self, *args, **more):
        counts["rank"] += 1
        return score(self, *args, **more)

    monkeypatch.setattr(MedianImputer, "_learn", learned)
    monkeypatch.setattr(AnovaSelector, "_score", scored)
    return counts


def chain(k=3):
    return fuse({"genes": [*CHAIN[:2], ("select.anova", {"k": k})]}, ["genes"])


def test_equal_steps_on_equal_rows_are_learned_once(cohort, counted):
    rows = np.arange(0, 120, 2)
    one = chain().fit_transform(cohort.trace().rows(rows))
    two = chain().fit_transform(cohort.rows(rows))
    assert counted == {"median": 1, "rank": 1}
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(one, chain().fit_transform(replace(cohort).rows(rows)))


def test_a_ranking_serves_every_number_of_columns(cohort, counted):
    rows = np.arange(0, 120, 2)
    kept = [chain(k).fit(cohort.trace().rows(rows)).get_feature_names_out().tolist() for k in (1, 3, 5)]
    assert counted == {"median": 1, "rank": 1}
    alone = [chain(k).fit(replace(cohort).rows(rows)).get_feature_names_out().tolist() for k in (1, 3, 5)]
    assert kept == alone
    assert [len(names) for names in kept] == [1, 3, 5]


@pytest.mark.parametrize("change", ["rows", "target", "blocks", "given", "untraced"])
def test_what_differs_is_never_taken_for_equal(cohort, counted, change):
    part = cohort.trace().rows(np.arange(0, 120, 2))
    chain().fit(part)
    y = None
    if change == "rows":
        part = cohort.rows(np.arange(0, 118, 2))
    elif change == "target":
        part = replace(part, target=1 - part.target)
    elif change == "blocks":
        turned = replace(part.blocks["genes"], frame=-part.blocks["genes"].frame)
        part = replace(part, blocks={"genes": turned})
    elif change == "given":
        y = 1 - part.target
    else:
        part = replace(cohort).rows(np.arange(0, 120, 2))
    chain().fit(part, y)
    assert counted == {"median": 2, "rank": 2}


def test_other_parameters_share_the_steps_before_them(cohort, counted):
    part = cohort.trace().rows(np.arange(0, 120, 2))
    chain().fit(part)
    fuse({"genes": [("impute.median", {"indicators": True}), *CHAIN[1:]]}, ["genes"]).fit(part)
    assert counted == {"median": 2, "rank": 2}
    fuse({"genes": [CHAIN[0], ("scale.robust", {}), CHAIN[2]]}, ["genes"]).fit(part)
    assert counted == {"median": 2, "rank": 3}, "the first step is shared"


def test_judged_rows_go_through_shared_steps_once_and_alike(cohort, monkeypatch):
    learn, judge = cohort.trace().rows(np.arange(0, 120, 2)), cohort.rows(np.arange(1, 120, 2))
    one, two = chain().fit(learn), chain().fit(learn)
    first = one.transform(judge)
    monkeypatch.setattr(AnovaSelector, "transform", None)
    np.testing.assert_array_equal(two.transform(judge), first)
    other = replace(cohort).rows(np.arange(1, 120, 2))
    with pytest.raises(TypeError):
        two.transform(other)


class Halves(KeepingStep):
    """Keeps what a selector takes on each of two halves: it has other rows than the step around it."""

    NAME = "halves"
    needs_target = True

    def _learn(self, columns, y):
        self.keep_ = np.zeros(len(columns.names), dtype=bool)
        self.kept_ = []
        for rows in (np.arange(0, 60, 2), np.arange(1, 60, 2)):
            inside = AnovaSelector(k=1).fit(columns.numbers[rows], y[rows])
            self.kept_.append(inside.scores_.tolist())
            self.keep_ |= inside.keep_


def test_a_selector_inside_a_step_has_rankings_of_its_own_rows(cohort):
    part = cohort.trace().rows(np.arange(60))
    steps = Fuse({"genes": [*fuse({"genes": CHAIN[:1]}, ["genes"]).steps["genes"], ("halves", Halves())]})
    one, two = steps.fit(part).chains_["genes"][1][1].kept_
    assert one != two


def test_a_clone_of_shared_steps_learns_anew(cohort, counted):
    part = cohort.trace().rows(np.arange(0, 120, 2))
    fitted = chain().fit(part)
    clone(fitted).fit(replace(part))
    assert counted["median"] == 2


def test_only_plain_parameters_have_a_name():
    assert plain({"a": (1, 2.0, None), "b": "x"}) == plain({"b": "x", "a": (1, 2.0, None)})
    assert plain(1) != plain(1.0) != plain("1")
    assert plain(np.int64(1)) == plain(1)
    assert plain([object()]) is None
    assert plain(np.arange(3)) is None


def test_work_of_others_is_owed_once_for_each_piece_of_work():
    work = SharedWork()
    work.begin()
    work.once("a", lambda: (sum(range(200_000)), 8))
    assert work.settle() == (0.0, 0.0), "its own work is on its own clock"
    work.begin()
    for _ in range(3):
        work.once("a", lambda: (None, 8))
    wall, cpu = work.settle()
    assert wall > 0
    assert cpu > 0
    assert work.settle() == (0.0, 0.0)


def test_what_a_result_was_made_from_is_owed_once_however_it_is_reached():
    """A ranking inside a step: who takes the step over owes both, and of two steps the ranking once."""
    work, clock = SharedWork(), []

    def ranking():
        clock.append(sum(range(300_000)))
        return 1, 8

    def step(name):
        return work.once(name, lambda: (work.once("ranking", ranking), 8))

    work.begin()
    step("k=20"), step("k=50")
    work.begin()
    step("k=50")
    alone = work.settle()[0]
    work.begin()
    step("k=20"), step("k=50")
    both = work.settle()[0]
    assert len(clock) == 1
    assert alone > 0
    assert both < 1.5 * alone

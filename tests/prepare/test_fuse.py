"""Blocks side by side: order, names, optional blocks, parameters, refusals."""

import numpy as np
import pandas as pd
import pytest
import skops.io
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from prognome.core.cohort import Cohort
from prognome.core.table import Table
from prognome.errors import DataError, StudyError
from prognome.prepare.fuse import Fuse, build_step, default_steps, fuse
from prognome.prepare.scale import ZScoreScaler

NAN = np.nan


def make_cohort(n=40, *, optional=False):
    rng = np.random.default_rng(9)
    ids = np.array([f"p{i}" for i in range(n)], dtype=object)
    mrna = rng.normal(size=(n, 6))
    mrna[rng.random(mrna.shape) < 0.1] = NAN
    clinical = pd.DataFrame(
        {
            "sex": rng.choice(np.array(["F", "M", None], dtype=object), n),
            "stage": pd.Categorical(
                rng.choice(["I", "II", "III"], n), categories=["I", "II", "III"], ordered=True
            ),
            "age_years": rng.normal(60, 9, n),
        }
    )
    present = {}
    if optional:
        present["mrna"] = np.arange(n) % 3 != 0
        mrna[~present["mrna"]] = NAN
    return Cohort(
        ids=ids,
        blocks={
            "mrna": Table(ids, pd.DataFrame(mrna, columns=[f"g{i}" for i in range(6)])),
            "clinical": Table(ids, clinical),
        },
        target=(np.nan_to_num(mrna[:, 2]) + rng.normal(size=n) > 0).astype(np.int64),
        classes=("no", "yes"),
        present=present,
    )


PREPARE = {"mrna": [("impute.median", {}), ("scale.zscore", {}), ("select.anova", {"k": 2})]}


def test_matrix_equals_the_same_chain_in_scikit_learn():
    cohort = make_cohort()
    X = cohort.blocks["mrna"].frame.to_numpy()
    theirs = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), SelectKBest(f_classif, k=2))
    assert_array_equal(fuse(PREPARE, ["mrna"]).fit_transform(cohort), theirs.fit_transform(X, cohort.target))


def test_columns_are_named_by_block_and_feature_and_blocks_are_known():
    step = fuse(PREPARE, ["clinical", "mrna"]).fit(make_cohort())
    names = [
        "clinical:sex=F",
        "clinical:sex=M",
        "clinical:sex=missing",
        "clinical:stage",
        "clinical:age_years",
    ]
    assert step.get_feature_names_out()[:5].tolist() == names
    assert "mrna:g2" in step.get_feature_names_out()[5:]
    assert step.feature_blocks_.tolist() == ["clinical"] * 5 + ["mrna"] * 2


@pytest.mark.parametrize("optional", [False, True])
def test_fit_transform_equals_fit_then_transform_and_rows_stand_alone(optional):
    cohort = make_cohort(optional=optional)
    step = fuse({}, ["mrna", "clinical"])
    whole = step.fit_transform(cohort)
    assert whole.dtype == np.float64
    assert whole.flags.c_contiguous
    assert_array_equal(step.transform(cohort), whole)
    alone = np.vstack([step.transform(cohort.rows([row])) for row in range(len(cohort))])
    assert_allclose(alone, whole, rtol=0, atol=1e-12)


def test_rows_that_are_not_in_fit_do_not_matter():
    cohort = make_cohort()
    train = np.arange(20)
    spoiled = make_cohort()
    spoiled.blocks["mrna"].frame.iloc[20:] = 1e6
    first = fuse(PREPARE, ["mrna"]).fit(cohort.rows(train)).transform(cohort.rows(train))
    assert_array_equal(fuse(PREPARE, ["mrna"]).fit(spoiled.rows(train)).transform(cohort.rows(train)), first)


def test_optional_block_learns_from_rows_that_have_it_and_fills_the_others_with_means():
    ids = np.array(list("abcd"), dtype=object)
    cohort = Cohort(
        ids,
        {"m": Table(ids, pd.DataFrame({"x": [1.0, NAN, 3.0, 8.0]}))},
        present={"m": np.array([True, False, True, True])},
    )
    step = fuse({"m": [("scale.log1p", {})]}, ["m"])
    mean = (np.log(2) + np.log(4) + np.log(9)) / 3
    expected = [[np.log(2), 0.0], [mean, 1.0], [np.log(4), 0.0], [np.log(9), 0.0]]
    assert_allclose(step.fit_transform(cohort), expected, rtol=1e-15)
    assert step.get_feature_names_out().tolist() == ["m:x", "m=absent"]
    assert step.feature_blocks_.tolist() == ["m", "m"]


def test_target_is_cut_to_the_rows_that_have_an_optional_block():
    cohort = make_cohort(optional=True)
    here = cohort.present["mrna"]
    X = SimpleImputer(strategy="median").fit_transform(cohort.blocks["mrna"].frame.to_numpy()[here])
    best = SelectKBest(f_classif, k=2).fit(StandardScaler().fit_transform(X), cohort.target[here])
    names = fuse(PREPARE, ["mrna"]).fit(cohort).get_feature_names_out()[:-1]
    assert names.tolist() == [f"mrna:g{i}" for i in best.get_support(indices=True)]


def without_mrna(cohort):
    return Cohort(cohort.ids, {"clinical": cohort.blocks["clinical"]}, cohort.target, cohort.classes)


def test_optional_block_may_be_gone_altogether_for_new_rows():
    cohort = make_cohort(optional=True)
    step = fuse({}, ["mrna", "clinical"]).fit(cohort)
    new = without_mrna(cohort.rows([1, 2]))
    made = step.transform(new)
    width = int((step.feature_blocks_ == "mrna").sum())
    assert_array_equal(made[:, :width], np.tile(np.append(step.means_["mrna"], 1.0), (2, 1)))


def test_block_that_no_training_row_has_is_refused():
    cohort = make_cohort(optional=True)
    absent = np.flatnonzero(~cohort.present["mrna"])
    with pytest.raises(DataError, match="block mrna: none of the 14 training rows has it"):
        fuse({}, ["mrna"]).fit(cohort.rows(absent))


def test_block_absent_in_new_rows_only_is_refused():
    step = fuse({}, ["mrna"]).fit(make_cohort())
    with pytest.raises(
        DataError, match=r"block mrna: is absent in 14 rows \(0, 3, 6, 9, 12, …\), and was not"
    ):
        step.transform(make_cohort(optional=True))
    with pytest.raises(DataError, match="cohort: holds no block 'mrna'"):
        step.transform(without_mrna(make_cohort()))


def test_missing_values_that_remain_are_refused_at_fit_and_at_transform():
    cohort = make_cohort()
    words = (
        r"block mrna: still holds missing values in 6 columns after its steps \(first: g0, g1, g2, …\)\. "
        r"Add an imputing step such as impute\.median\."
    )
    with pytest.raises(DataError, match=words):
        fuse({"mrna": [("scale.zscore", {})]}, ["mrna"]).fit(cohort)
    step = fuse({"m": []}, ["m"]).fit(np.ones((3, 2)))
    with pytest.raises(DataError, match=r"missing values in 1 column after its steps \(first: x1\)"):
        step.transform(np.array([[1.0, NAN]]))


def test_categories_that_remain_are_refused():
    with pytest.raises(DataError, match=r"still holds categories in 2 columns .*\. Add encode\.onehot\."):
        fuse({"clinical": [("impute.median", {})]}, ["clinical"]).fit(make_cohort())


def test_infinity_is_refused_with_and_without_steps():
    X = np.array([[1.0], [np.inf]])
    with pytest.raises(DataError, match="block m: still holds infinity in 1 column"):
        fuse({"m": []}, ["m"]).fit(X)
    with pytest.raises(DataError, match=r"block m: scale.zscore: 1 column holds infinity"):
        fuse({"m": [("scale.zscore", {})]}, ["m"]).fit(X)


def test_no_column_left_is_refused():
    with pytest.raises(DataError, match="no column is left"):
        fuse({"m": [("clean.constant", {})]}, ["m"]).fit(np.ones((3, 2)))


def test_fault_in_a_step_names_the_block():
    with pytest.raises(DataError, match=r"block mrna: select.anova: 6 columns hold missing values"):
        fuse({"mrna": [("select.anova", {})]}, ["mrna"]).fit(make_cohort())


def test_frame_and_array_are_the_only_block():
    X = np.arange(6.0).reshape(3, 2)
    step = fuse({}, ["m"]).fit(X)
    assert step.get_feature_names_out().tolist() == ["m:x0", "m:x1"]
    assert_array_equal(step.transform(X), StandardScaler().fit_transform(X))
    assert fuse({}, ["m"]).fit(pd.DataFrame(X, columns=["a", "b"])).get_feature_names_out().tolist() == [
        "m:a",
        "m:b",
    ]
    with pytest.raises(DataError, match="got a ndarray for 2 blocks; expected: a Cohort"):
        fuse({}, ["m", "n"]).fit(X)


def test_input_is_not_changed_nor_shared_with_the_output():
    X = np.arange(6.0).reshape(3, 2)
    made = fuse({"m": []}, ["m"]).fit_transform(X)
    made[:] = -1
    assert_array_equal(X, np.arange(6.0).reshape(3, 2))


def test_nested_parameters_are_read_set_and_cloned():
    step = fuse(PREPARE, ["mrna"])
    assert step.get_params()["mrna__select.anova__k"] == 2
    copy = clone(step).set_params(**{"mrna__select.anova__k": 4})
    assert copy.get_params()["mrna__select.anova__k"] == 4
    assert step.get_params()["mrna__select.anova__k"] == 2
    copy.set_params(**{"mrna__scale.zscore": build_step("scale.rank", {}, where="test")})
    assert copy.get_params()["mrna__scale.zscore"].NAME == "scale.rank"
    assert step.get_params()["mrna__scale.zscore"].NAME == "scale.zscore"
    with pytest.raises(StudyError, match=r"no parameter 'mrna__select.anova__kk'"):
        step.set_params(**{"mrna__select.anova__kk": 4})


def test_clone_is_unfitted_and_fit_leaves_the_given_steps_unfitted():
    given = ZScoreScaler()
    step = Fuse({"m": [("scale.zscore", given)]}).fit(np.ones((3, 1)))
    assert not hasattr(given, "scale_")
    assert not hasattr(clone(step), "chains_")


def test_search_and_cross_validation_of_scikit_learn_take_a_cohort():
    cohort = make_cohort(60)
    model = make_pipeline(fuse(PREPARE, ["mrna"]), LogisticRegression())
    theirs = make_pipeline(
        SimpleImputer(strategy="median"), StandardScaler(), SelectKBest(f_classif, k=2), LogisticRegression()
    )
    X, y = cohort.blocks["mrna"].frame.to_numpy(), cohort.target
    assert_array_equal(cross_val_score(model, cohort, y, cv=3), cross_val_score(theirs, X, y, cv=3))
    search = GridSearchCV(model, {"fuse__mrna__select.anova__k": [1, 6]}, cv=3).fit(cohort, y)
    other = GridSearchCV(theirs, {"selectkbest__k": [1, 6]}, cv=3).fit(X, y)
    assert_array_equal(search.cv_results_["mean_test_score"], other.cv_results_["mean_test_score"])


def test_default_steps_serve_a_mixed_table_with_gaps():
    made = fuse({}, ["clinical", "mrna"]).fit_transform(make_cohort())
    assert_allclose(made.mean(axis=0), 0, atol=1e-12)
    assert_allclose(made.std(axis=0), 1, atol=1e-12)
    with pytest.raises(StudyError, match="no default steps for a block of kind 'genotypes'"):
        default_steps("genotypes")


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (
            [("scale.zscor", {})],
            r"prepare: m: no step is called 'scale.zscor'. Did you mean 'scale.zscore'\?",
        ),
        (
            [("impute.knn", {"K": 3})],
            r"prepare: m: impute.knn: no parameter is called 'K'. Did you mean 'k'\?",
        ),
        (
            [("impute.knn", {"k": 0})],
            r"impute.knn: k cannot be this; seen: 0; expected: a whole number from 1 up",
        ),
        ([("impute.knn", {"k": "5"})], r"k cannot be this; seen: '5'"),
        ([("scale.zscore", {"k": 1})], r"scale.zscore: no parameter is called 'k'. It takes no parameters."),
        ([("scale.rank", {"to": "gauss"})], r"to cannot be this; seen: 'gauss'; expected: uniform or normal"),
    ],
)
def test_wrong_step_parameter_or_value_is_a_study_error(prepare, message):
    with pytest.raises(StudyError, match=message):
        fuse({"m": prepare}, ["m"])


def test_seed_reaches_the_steps_that_draw_unless_told_otherwise():
    chains = {"m": [("reduce.pca", {"components": 3})], "n": [("reduce.pca", {"random_state": 1})]}
    params = fuse(chains, ["m", "n"], random_state=7).get_params()
    assert params["m__reduce.pca__random_state"] == 7
    assert params["n__reduce.pca__random_state"] == 1


def test_step_named_twice_gets_a_number():
    made = fuse({"m": [("clean.constant", {}), ("clean.constant", {})]}, ["m"])
    assert [name for name, _ in made.steps["m"]] == ["clean.constant", "clean.constant#2"]


def test_block_without_steps_of_its_own_is_refused_by_the_class():
    with pytest.raises(StudyError, match="no steps for block 'n'"):
        Fuse({"m": []}, blocks=["n"]).fit(np.ones((2, 2)))


def test_step_of_another_package_that_gives_arrays_is_taken():
    X = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 5.0]})
    step = Fuse({"m": [("theirs", StandardScaler())]}).fit(X)
    assert step.get_feature_names_out().tolist() == ["m:a", "m:b"]
    assert_array_equal(step.transform(X), [[-1.0, -1.0], [1.0, 1.0]])


def test_holds_training_rows_if_a_step_does():
    assert fuse({"m": [("impute.knn", {})]}, ["m"]).holds_training_rows
    assert not fuse({}, ["m"]).holds_training_rows


def test_fitted_fuse_survives_skops():
    cohort = make_cohort(optional=True)
    step = fuse({**PREPARE}, ["clinical", "mrna"]).fit(cohort)
    data = skops.io.dumps(step)
    again = skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))
    assert_array_equal(again.transform(cohort), step.transform(cohort))
    assert again.get_feature_names_out().tolist() == step.get_feature_names_out().tolist()

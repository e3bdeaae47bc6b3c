"""The menu of preparation steps; nothing heavy is imported to read it."""

from __future__ import annotations

from prognome.core.menu import Entry, Menu

_CLASSES = ("binary", "multiclass")
_CLASSES_AND_NUMBERS = (*_CLASSES, "number")


def _entry(name: str, attribute: str, help_line: str) -> Entry:
    return Entry(name, f"prognome.prepare.{name.split('.')[0]}:{attribute}", help_line, blocks=("table",))


def _selector(
    name: str, file: str, attribute: str, help_line: str, targets: tuple[str, ...] = _CLASSES_AND_NUMBERS
) -> Entry:
    return Entry(name, f"prognome.prepare.{file}:{attribute}", help_line, targets, ("table",))


def _of_sequences(name: str, attribute: str, help_line: str) -> Entry:
    return Entry(name, f"prognome.prepare.sequence:{attribute}", help_line, blocks=("sequence",))


STEPS = Menu(
    "step",
    [
        _entry("impute.median", "MedianImputer", "Fill missing numbers with the column's median."),
        _entry("impute.mode", "ModeImputer", "Fill missing numbers and categories with the commonest value."),
        _entry("impute.knn", "NearestImputer", "Fill missing numbers from the k most similar training rows."),
        _entry("scale.zscore", "ZScoreScaler", "Subtract the mean, divide by the standard deviation."),
        _entry("scale.robust", "RobustScaler", "Subtract the median, divide by the interquartile range."),
        _entry("scale.log1p", "Log1pScaler", "Take log(1 + x) of counts; refuses numbers below 0."),
        _entry("scale.rank", "RankScaler", "Replace a number by its rank among the training rows."),
        _entry("encode.onehot", "OneHotEncoder", "A 0/1 column for each level of a category."),
        _entry("encode.ordinal", "OrdinalEncoder", "Replace a category by the place of its level."),
        _of_sequences(
            "encode.position", "PositionEncoder", "A 0/1 column for each letter at each position; text stays."
        ),
        _of_sequences("encode.kmer", "KmerEncoder", "Replace a sequence by the share of each of its k-mers."),
        _entry("clean.constant", "ConstantCleaner", "Drop columns with a single value."),
        _entry("clean.duplicates", "DuplicateCleaner", "Drop columns that equal an earlier one."),
        _entry("clean.correlated", "CorrelatedCleaner", "Drop number columns much like an earlier one."),
        _entry("select.variance", "VarianceSelector", "Keep the number columns that vary most."),
        _selector(
            "select.anova",
            "select",
            "AnovaSelector",
            "Keep the k number columns with the highest F for the target.",
        ),
        _selector(
            "select.mutual_info",
            "select",
            "MutualInformationSelector",
            "Keep the k number columns that tell most about the target.",
        ),
        _selector(
            "select.chi2",
            "select",
            "Chi2Selector",
            "Keep the k columns of counts that differ most between classes.",
            _CLASSES,
        ),
        _selector(
            "select.correlation",
            "select",
            "CorrelationSelector",
            "Keep the k columns most correlated with a number or two classes.",
        ),
        _selector(
            "select.mrmr",
            "select_by_redundancy",
            "MinimumRedundancySelector",
            "Keep k columns that go with the target and not with each other (mRMR).",
        ),
        _selector(
            "select.forest",
            "select_by_model",
            "ForestSelector",
            "Keep the k columns most important to a random forest.",
        ),
        _selector(
            "select.l1",
            "select_by_model",
            "L1Selector",
            "Keep the columns to which an L1 penalty (lasso) leaves a weight.",
        ),
        _selector(
            "select.rfe",
            "select_by_elimination",
            "EliminationSelector",
            "Drop the columns of least weight round by round, until k are left.",
        ),
        _selector(
            "select.rfe_cv",
            "select_by_elimination",
            "FoldedEliminationSelector",
            "Drop columns round by round; inner folds choose how many stay.",
        ),
        _selector(
            "select.stability",
            "select_by_stability",
            "StabilitySelector",
            "Keep the columns that the lasso chooses on most halves of the rows.",
        ),
        _selector(
            "select.boruta",
            "select_by_shadows",
            "ShadowSelector",
            "Keep all columns that beat their shuffled shadows in a forest (Boruta).",
        ),
        _selector(
            "select.genetic",
            "select_by_search",
            "GeneticSelector",
            "Keep the subset that a genetic algorithm finds best by inner folds.",
        ),
        _selector(
            "select.list", "select_list", "ListSelector", "Keep the columns that a list or a file names.", ()
        ),
        _selector(
            "select.cox",
            "select_cox",
            "CoxSelector",
            "Keep the k number columns that go best with survival (Cox's score test).",
            ("survival",),
        ),
        _entry("reduce.pca", "PrincipalComponents", "Replace the number columns by principal components."),
    ],
    group="prognome.steps",
)

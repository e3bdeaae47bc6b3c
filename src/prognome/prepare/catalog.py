"""The menu of preparation steps; nothing heavy is imported to read it."""

from __future__ import annotations

from prognome.core.menu import Entry, Menu


def _entry(name: str, attribute: str, help_line: str) -> Entry:
    return Entry(name, f"prognome.prepare.{name.split('.')[0]}:{attribute}", help_line, blocks=("table",))


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
        _entry("select.variance", "VarianceSelector", "Keep the number columns that vary most."),
        _entry(
            "select.anova", "AnovaSelector", "Keep the k number columns with the highest F for the target."
        ),
        _entry(
            "select.mutual_info",
            "MutualInformationSelector",
            "Keep the k number columns that tell most about the target (slow on wide tables).",
        ),
        Entry(
            "select.cox",
            "prognome.prepare.select_cox:CoxSelector",
            "Keep the k number columns that go best with survival (Cox's score test).",
            targets=("survival",),
            blocks=("table",),
        ),
        _entry("reduce.pca", "PrincipalComponents", "Replace the number columns by principal components."),
    ],
    group="prognome.steps",
)

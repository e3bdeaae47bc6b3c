"""The menu of guards, in the order in which they run; a study accepts one by its name here."""

from __future__ import annotations

from prognome.core.menu import Entry, Menu

GUARDS = Menu(
    "guard",
    [
        # before the split: ids, features and facts alone
        Entry("repeated_rows", "prognome.check.repeated_rows:find_repeated_rows", "the same row twice, or nearly, where coincidence does not explain it", stage="before_split"),
        Entry("repeated_people", "prognome.check.repeated_people:find_repeated_people", "several rows of one person, by ids or by a column of person ids", stage="before_split"),
        Entry("related_people", "prognome.check.relatives:find_related_people", "relatives and duplicates by KING-robust kinship, where a block holds genotypes", stage="before_split"),
        Entry("shared_sequences", "prognome.check.sequences:find_shared_sequences", "rows whose sequences are the same or overlap, on either strand", stage="before_split"),
        Entry("undeclared_groups", "prognome.check.undeclared_groups:find_undeclared_groups", "a column that puts rows together, while no groups were declared", stage="before_split"),
        Entry("encoder_shown", "prognome.check.encoder_shown:encoder_shown", "an encoder that was shown files of this study before, by its card", stage="before_split"),
        # after it, on training rows alone
        Entry("giveaway", "prognome.check.giveaway:giveaway", "one column alone that gives the target away, far apart from all others", stage="training_rows"),
        Entry("outcome_name", "prognome.check.outcome_names:outcome_name", "a feature called like an outcome or like the target", stage="training_rows"),
        Entry("origin_predicts", "prognome.check.origin:origin_predicts", "ids, date, site or batch that predict the target", stage="training_rows"),
        Entry("batch_is_class", "prognome.check.batch_is_class:batch_is_class", "batch and class that are the same, or mixed unequally", stage="training_rows"),
        Entry("missingness_predicts", "prognome.check.missingness:missingness_predicts", "missing values that alone predict the target", stage="training_rows"),
        Entry("label_trained_scores", "prognome.check.label_trained:label_trained_scores", "scores that were trained on verdicts about variants, such as REVEL", stage="training_rows"),
        Entry("one_class_one_file", "prognome.check.one_file_one_class:one_class_one_file", "a class that lives in one of several files", stage="training_rows"),
        # external cohorts, and batches of new patients
        Entry("shifted", "prognome.check.shift:check_shift", "another cohort, or a batch of new rows, unlike the training rows: another platform or unit", stage="external"),
        Entry("absent_columns", "prognome.check.absent_columns:check_absent_columns", "columns that another cohort does not have, and what that costs", stage="external"),
        Entry("class_balance", "prognome.check.class_balance:check_class_balance", "another share of events, mix of classes or level of the number asked for", stage="external"),
        # on request
        Entry("shuffled_labels", "prognome.check.sentinels:check_shuffled_labels", "the whole procedure on labels that mean nothing, which must score at chance", stage="on_request"),
        Entry("planted_noise", "prognome.check.sentinels:check_planted_noise", "noise planted among the features, which must not rank among the best", stage="on_request"),
    ],
    group="prognome.guards",
)  # fmt: skip

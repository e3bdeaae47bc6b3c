"""The studies of docs/results.md, which figures of each are shown, and what others report."""

from __future__ import annotations

from dataclasses import dataclass

Figure = tuple[str, str] | tuple[str, str, str]


@dataclass(frozen=True)
class Example:
    """A study and what papers say beside it.

    Parameters
    ----------
    file
        In ``examples/``.
    title, protocol
        Heading, and how the figures come about.
    figures
        Part, metric, and for decisions ``chosen`` where the threshold is the one chosen inside training.
    published
        Lines of what others report, with their protocol.
    gaps
        Metrics whose gaps between subgroups are shown.
    remark
        What a reader should see in it.
    """

    file: str
    title: str
    protocol: str
    figures: tuple[Figure, ...]
    published: tuple[str, ...] = ()
    gaps: tuple[Figure, ...] = ()
    remark: str = ""


_BRCA1 = (("cv", "auc_roc"), ("cv", "average_precision"), ("cv", "mcc", "chosen"))
_CARDIO = (("cv", "average_precision"), ("cv", "auc_roc"), ("cv", "accuracy"))
_ANCESTRY = (("cv", "accuracy"), ("cv", "auc_roc"))
_GUE = (("validation", "mcc"), ("test", "mcc"), ("test", "auc_roc"))
_GUE_PROTOCOL = "the task's own parts: training windows teach, development windows stop and choose (those that share 24 letters with training set aside), test windows judge once"


def _gue(number: int, task: str, title: str, bert: str, kmer: str) -> Example:
    """A task of GUE and what the README of its data says beside it."""
    return Example(
        f"{number}_gue_{task}.yaml",
        f"GUE {task}: {title}",
        _GUE_PROTOCOL,
        _GUE,
        (f"fine-tuned DNABERT-2 (117 M weights): MCC {bert}; plain 3–6-mer logistic regression {kmer}",),
        gaps=(("test", "mcc"),),
    )


EXAMPLES = (
    Example(
        "01_leukaemia.yaml",
        "Leukaemia (Golub 1999): ALL or AML from 7,129 probes",
        "5-fold cross-validation, three times, on the 38; the 34 of other laboratories only judge",
        (
            ("cv", "auc_roc"),
            ("external:independent", "auc_roc"),
            ("external:independent", "accuracy"),
            ("external:independent", "accuracy", "chosen"),
        ),
        (
            "Golub et al.: 29 of 34 called with confidence, all 29 right",
            "most methods since: accuracy .95 or more",
        ),
    ),
    Example(
        "02_alzheimer.yaml",
        "Alzheimer's disease (ROSMAP): three omics",
        "5-fold cross-validation on 245; the fixed 106 test rows asked once; 6 settings a model searched inside",
        (("cv", "auc_roc"), ("test", "auc_roc"), ("test", "accuracy"), ("test", "f1")),
        (
            "MOGONET (several random splits): accuracy .815, F1 .821, AUC .874",
            "MMDynamics: accuracy .842, F1 .846, AUC .912",
            "goal: test AUC .90",
        ),
    ),
    Example(
        "03_warfarin.yaml",
        "Warfarin dose (IWPC): mg a week from clinic and two genes",
        "5-fold cross-validation; rows with a dose and not marked unstable",
        (("cv", "mae"), ("cv", "within_20_percent"), ("cv", "r2")),
        (
            "linear model, 5 × 80/20: MAE 8.74, within 20 %: 45.0 %, R² .397",
            "goals: MAE 8.74, within 20 %: 45 %",
            "linear, within 20 %, by race: Asian 39.5 %, White 46.8 %, Black 46.0 %; a stack raises Asian 42.5 → 47.9 % (10.1371/journal.pone.0205872)",
        ),
        gaps=(("cv", "mae"), ("cv", "within_20_percent")),
    ),
    Example(
        "04_glioma.yaml",
        "Glioma grade (TCGA): 20 mutated genes, sex, age, race",
        "10-fold cross-validation",
        (("cv", "auc_roc"), ("cv", "accuracy")),
        (
            "logistic regression, 10-fold: accuracy .869, AUC .910",
            "Tasci et al. 2022: accuracy .876",
            "goal: AUC .91",
        ),
    ),
    Example(
        "05_stem_cells.yaml",
        "Stem cells (MINT): three kinds in four studies",
        "leave one study out",
        (("cv", "balanced_accuracy"), ("cv", "auc_roc")),
        ("raw logistic regression: balanced error .207 (accuracy .793); raw random forest .284 (.716)",),
        remark="What batch and class together do to other ways of judging and mending stands in the [lessons](lessons.md#batch-and-class-that-go-together).",
    ),
    Example(
        "06_breast_expos_to_vdxs.yaml",
        "Oestrogen receptor: expO trains, VDX judges",
        "5-fold cross-validation on expO; VDX is external",
        (
            ("cv", "auc_roc"),
            ("external:vdxs", "auc_roc"),
            ("external:vdxs", "balanced_accuracy"),
            ("external:vdxs", "balanced_accuracy", "chosen"),
        ),
        (
            "across platforms uncorrected models fall to balanced accuracy .50; z-score within each cohort gives .80–.93",
        ),
    ),
    Example(
        "07_breast_vdxs_to_expos.yaml",
        "Oestrogen receptor: VDX trains, expO judges",
        "5-fold cross-validation on VDX; expO is external",
        (
            ("cv", "auc_roc"),
            ("external:expos", "auc_roc"),
            ("external:expos", "balanced_accuracy"),
            ("external:expos", "balanced_accuracy", "chosen"),
        ),
        ("as above",),
    ),
    Example(
        "08_immunotherapy.yaml",
        "Response to immunotherapy (LORIS): six features",
        "5-fold cross-validation, five times",
        (
            ("cv", "auc_roc"),
            ("cv", "sensitivity", "chosen"),
            ("cv", "specificity", "chosen"),
        ),
        (
            "LORIS, six-feature logistic regression: AUC .741 on its training cohort, .754 in the next; TMB alone .648",
            "an honest 5-fold gives .70–.72",
        ),
        gaps=(("cv", "auc_roc"), ("cv", "sensitivity", "chosen")),
        remark="The optimism of scoring on the training rows is measured in the [lessons](lessons.md#scoring-on-the-rows-that-taught).",
    ),
    Example(
        "09_gavin.yaml",
        "Pathogenic variants (GAVIN): 17,198 variants, by gene",
        "5-fold cross-validation, a gene on one side; the threshold is chosen inside for a sensitivity of .914",
        (("cv", "auc_roc"), ("cv", "sensitivity", "chosen"), ("cv", "specificity", "chosen")),
        ("GAVIN: sensitivity .914, specificity .769", "CADD: AUC .862"),
        remark="How much of the gain by ExAC is the making of the table: [lessons](lessons.md#missing-values-that-tell-the-class).",
    ),
    Example(
        "10_arrhythmia.yaml",
        "Arrhythmia variants (CardioBoost): with and without label-trained scores",
        "5-fold cross-validation, three times",
        _CARDIO,
        ("CardioBoost, on a hold-out that is not here: average precision .96; a default forest .963",),
    ),
    Example(
        "11_cardiomyopathy.yaml",
        "Cardiomyopathy variants (CardioBoost): with and without label-trained scores",
        "5-fold cross-validation, three times",
        _CARDIO,
        ("CardioBoost, on a hold-out that is not here: average precision .91; a default forest .932",),
    ),
    Example(
        "12_brca1_by_exon.yaml",
        "BRCA1 loss of function (saturation genome editing): by exon",
        "5-fold cross-validation, an exon on one side",
        _BRCA1,
        (
            "by exon: CADD AUC .804, average precision .567; boosted trees on annotations .891 / .738, with ±10 bp of sequence .899 / .755",
            "Evo 2 zero-shot .73; supervised on its embeddings about .94 (random folds)",
        ),
    ),
    Example(
        "13_brca1_random_folds.yaml",
        "BRCA1 loss of function: random folds, beside the former",
        "5-fold cross-validation, random folds",
        _BRCA1,
        ("random folds: boosted trees .927 / .830",),
        remark="The difference to the study before is what neighbours teach: [lessons](lessons.md#random-folds-where-exons-and-genes-repeat).",
    ),
    Example(
        "14_ancestry_families_together.yaml",
        "Superpopulation (1000 Genomes, 1,004 variants): families together",
        "5-fold cross-validation, relatives to the first degree on one side (KING-robust)",
        _ANCESTRY,
        ("logistic regression, folds by pedigree: accuracy .984",),
    ),
    Example(
        "15_ancestry_random_folds.yaml",
        "Superpopulation: random folds, beside the former",
        "5-fold cross-validation, random folds",
        _ANCESTRY,
        remark="Relatives buy little here, and nearly everything where a trait runs in families: [lessons](lessons.md#relatives-on-both-sides-of-a-fold).",
    ),
    _gue(16, "tf_0", "a transcription factor binds", ".720", ".649"),
    _gue(17, "tf_3", "a transcription factor binds", ".585", ".478"),
    _gue(18, "prom_core_tata", "the core of a TATA promoter", ".742", ".465"),
    _gue(19, "prom_300_tata", "a TATA promoter", ".716", ".430"),
    _gue(20, "mouse_0", "a transcription factor binds, mouse", ".568", ".564"),
    Example(
        "21_splicing_mfass.yaml",
        "Splice-disrupting variants (MFASS): pairs of sequences",
        "64 % of the exons teach, 16 % stop and choose, 20 % judge once; an exon stands in one part alone",
        (("validation", "average_precision"), ("test", "average_precision"), ("test", "auc_roc")),
        (
            "by exon: boosted trees average precision .273, SPANR .26; large pre-trained models about .5",
            "goal: .40",
        ),
    ),
    Example(
        "22_splice_sites.yaml",
        "Splice sites (UCI): donor, acceptor or neither",
        "5-fold cross-validation",
        (("cv", "accuracy"), ("cv", "auc_roc")),
        ("boosting .973, random forest .968, CNN .945 (accuracy)", "goal: .97"),
    ),
    Example(
        "23_splice_strength_mpsa.yaml",
        "Strength of 5' splice sites (MPSA): nine letters to a number",
        "3-fold cross-validation on the authors' training and validation rows; their test part asked once",
        (("cv", "r2"), ("test", "r2"), ("test", "spearman")),
    ),
    Example(
        "24_brca1_with_window.yaml",
        "BRCA1 loss of function: annotation and sequence, an exon left out",
        "leave one exon out",
        (("cv", "auc_roc"), ("cv", "average_precision")),
        (
            "by exon: boosted trees on annotations .891 / .738, with ±10 bp of sequence .899 / .755",
            "goals: AUC .91, average precision .78",
        ),
    ),
    Example(
        "25_alzheimer_fusion.yaml",
        "Alzheimer's disease (ROSMAP): early, intermediate and late fusion",
        "5-fold cross-validation on 245; the fixed 106 test rows",
        (("cv", "auc_roc"), ("test", "auc_roc"), ("test", "accuracy"), ("test", "f1")),
        (
            "MOGONET (several random splits): accuracy .815, F1 .821, AUC .874",
            "MMDynamics: accuracy .842, F1 .846, AUC .912",
        ),
    ),
    Example(
        "26_breast_subtypes_no_protein.yaml",
        "Breast cancer subtypes (TCGA): protein missing in the whole test part",
        "5-fold cross-validation on 150; 70 test rows without protein",
        (("cv", "accuracy"), ("test", "accuracy"), ("test", "balanced_accuracy")),
        ("logistic regression and forest without protein: accuracy .957, balanced error .063",),
    ),
    Example(
        "27_survival_metabric.yaml",
        "Survival, METABRIC: nine columns without names",
        "5-fold cross-validation on 1,523; the given 381 test rows (one of no follow-up left out) only judge",
        (
            ("cv", "c_uno"),
            ("external:test", "c_harrell"),
            ("external:test", "c_uno"),
            ("external:test", "brier_integrated"),
        ),
        ("C-index on these test rows: Cox .632, DeepSurv .643 (Katzman et al. 2018)",),
    ),
    Example(
        "28_survival_leukaemia.yaml",
        "Survival, acute myeloid leukaemia: clinic, cytogenetics, three genes",
        "5-fold cross-validation, twice, on 800 patients of two trials",
        (("cv", "c_harrell"), ("cv", "c_uno"), ("cv", "brier_integrated")),
        ("ridge Cox, 5-fold: C-index .696; one trial left out .67 to .69 (with all mutations)",),
    ),
)

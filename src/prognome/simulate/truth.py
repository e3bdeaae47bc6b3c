"""What is true in a simulated cohort, so that an answer can be held against it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

NOTE = "simulated; no real person"


@dataclass(frozen=True)
class CausalVariant:
    """A variant that changes the risk by itself.

    Parameters
    ----------
    id
        Its name in the VCF.
    locus
        ``chr1:12345:A:G``.
    log_odds
        For each ALT allele, beside what it does through expression.
    frequency
        Of the ALT allele among the people of each hospital.
    """

    id: str
    locus: str
    log_odds: float
    frequency: Mapping[str, float]


@dataclass(frozen=True)
class Interaction:
    """Two causal variants that add something for who carries an ALT allele of both."""

    first: str
    second: str
    log_odds: float


@dataclass(frozen=True)
class CausalGene:
    """A gene whose true expression changes the risk: log odds for each log2 unit above ``mean``."""

    gene: str
    log_odds: float
    mean: float


@dataclass(frozen=True)
class ExpressionShift:
    """A variant that shifts a gene's expression (an eQTL), in log2 units for each ALT allele."""

    variant: str
    gene: str
    log2_shift: float


@dataclass(frozen=True)
class ClinicalEffects:
    """Log odds of the clinical table: age above 58 years, BMI above 27 kg/m², smoking against never."""

    age_per_year: float = 0.078
    bmi_per_unit: float = 0.05
    former_smoker: float = 0.45
    current_smoker: float = 1.30


@dataclass(frozen=True)
class Truth:
    """The whole risk model and what can be reached with it.

    ``logit(risk) = intercept + variants + interaction + genes + clinical``.

    Parameters
    ----------
    seed, people, variants
        As asked for.
    causal_variants, interaction, causal_genes, clinical, intercept
        The terms of the risk, in log odds.
    expression_shifts
        eQTLs; some are causal variants acting on causal genes.
    prevalence
        Share of people with the disease, by hospital.
    best_auc
        By hospital: the AUC that the true risk has on average over draws of the disease. No model does
        better but by luck.
    drawn_auc
        By hospital: the AUC of the true risk for the disease as it was drawn.
    """

    seed: int
    people: int
    variants: int
    causal_variants: tuple[CausalVariant, ...]
    interaction: Interaction
    causal_genes: tuple[CausalGene, ...]
    expression_shifts: tuple[ExpressionShift, ...]
    clinical: ClinicalEffects
    intercept: float
    prevalence: Mapping[str, float]
    best_auc: Mapping[str, float]
    drawn_auc: Mapping[str, float]
    note: str = NOTE

    def write(self, path: Path) -> None:
        """Write it as JSON."""
        text = json.dumps(asdict(self), indent=2, sort_keys=True)
        Path(path).write_text(text + "\n", encoding="utf-8")

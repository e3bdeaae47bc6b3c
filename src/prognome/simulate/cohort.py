"""Write a simulated cohort whose truth is known: two hospitals, real formats, no real person."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from prognome.core.files import explain_os, write_tsv
from prognome.core.seeds import seed_of
from prognome.errors import CallError
from prognome.simulate.expression import Genes, draw_expression, draw_genes, measure
from prognome.simulate.haplotypes import POPULATION_DRIFT, REGION_DRIFT, draw_ancestry
from prognome.simulate.people import NORTH, SOUTH, Hospital, People, draw_people
from prognome.simulate.risk import RiskModel, draw_causes, drawn_auc, expected_auc, genotype_shifts, set_risk
from prognome.simulate.sites import Sites, draw_sites
from prognome.simulate.truth import NOTE, CausalGene, CausalVariant, ExpressionShift, Interaction, Truth
from prognome.simulate.vcf import write_vcf

MISSING_CALLS = 0.005
MISSING_SMOKING = 0.05
MISSING_BMI = 0.02
FEWEST_PEOPLE, FEWEST_VARIANTS = 60, 200
MOST_CELLS = 50_000_000

README = f"""\
A demonstration cohort for prognome: {NOTE.upper()}.

Every person, variant, gene, date and diagnosis in this folder was drawn by a computer. Nothing here says
anything about a real disease. Positions use the lengths of GRCh38; alleles and names are invented.

north/  the hospital whose people train and judge
south/  a hospital in another region, only to judge (other ancestry and age, a noisier sequencer)

genotypes.vcf.gz    phased genotypes, VCF 4.2, some calls missing
expression.tsv.gz   log2 expression, one person a row, with gaps and shifts between sequencing runs
clinical.tsv        id, age_years, sex, bmi, smoking, run, family, hospital, recruited, disease (1 = ill)

truth.json          what makes people ill here, and the best AUC that anybody could reach
truth_risk.tsv      the true risk of each person and its parts in log odds; never give it to a model
study.yaml          the study that prognome runs on this folder, if it was asked for
"""


def write_cohort(folder: Path, *, seed: int = 1, people: int = 1200, variants: int = 3000) -> Truth:
    """Write the cohort into a folder; the same seed gives the same bytes.

    Parameters
    ----------
    folder
        Made where it does not exist. Files of the same names are replaced.
    seed
        Decides everything that is drawn.
    people
        Of both hospitals; two thirds are in the north.
    variants
        Sites, the same in both hospitals.

    Returns
    -------
    What is true in it, also written as ``truth.json``.

    Raises
    ------
    CallError
        If there are too few people or variants to hold the causes, or too many for memory.
    OutputError
        If the folder cannot be written.
    """
    _refuse_size(people, variants)

    def rng(*name: object) -> np.random.Generator:
        return np.random.default_rng(seed_of(seed, "simulate", *name))

    sites = draw_sites(rng("sites"), variants)
    genes = draw_genes(rng("genes"))
    ancestry = draw_ancestry(rng("ancestry"), sites)
    first, second = (ancestry.drift(rng("population", number), POPULATION_DRIFT) for number in (1, 2))
    counts = {NORTH: round(people * 2 / 3), SOUTH: people - round(people * 2 / 3)}
    cohorts: dict[Hospital, People] = {}
    for hospital, count in counts.items():
        pools = (
            first.drift(rng("region", hospital.name, 1), REGION_DRIFT),
            second.drift(rng("region", hospital.name, 2), REGION_DRIFT),
        )
        cohorts[hospital] = draw_people(rng("people", hospital.name), hospital, sites, pools, count)

    causes = draw_causes(rng("causes"), sites, _frequency(cohorts[NORTH]), genes)
    expression = {
        hospital: draw_expression(
            rng("expression", hospital.name), genes, genotype_shifts(causes, some), len(some)
        )
        for hospital, some in cohorts.items()
    }
    model = set_risk(causes, genes, cohorts[NORTH], expression[NORTH])

    folder = Path(folder)
    tables: list[pd.DataFrame] = []
    with explain_os(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "README.txt").write_text(README, encoding="utf-8")
        for hospital, some in cohorts.items():
            parts = model.parts(some, expression[hospital])
            parts.insert(1, "hospital", hospital.name)
            parts["disease"] = (rng("disease", hospital.name).random(len(some)) < parts["risk"]).astype(int)
            tables.append(parts)
            clinical = _clinical(rng("gaps", hospital.name), hospital, some, parts["disease"].to_numpy())
            run = np.unique(clinical["run"], return_inverse=True)[1]
            measured = measure(
                rng("measure", hospital.name),
                genes,
                expression[hospital],
                run,
                noise_sd=hospital.noise_sd,
            )
            missing = rng("missing", hospital.name).random((variants, len(some))) < MISSING_CALLS
            place = folder / hospital.name
            place.mkdir(exist_ok=True)
            write_tsv(clinical, place / "clinical.tsv")
            write_vcf(place / "genotypes.vcf.gz", sites, some.ids, some.haplotypes, missing)
            _write_expression(place / "expression.tsv.gz", genes, some, measured)
        risks = pd.concat(tables, ignore_index=True)
        write_tsv(risks.drop(columns="disease").round(6), folder / "truth_risk.tsv")
        truth = _truth(seed, sites, genes, model, cohorts, risks)
        truth.write(folder / "truth.json")
    return truth


def _refuse_size(people: int, variants: int) -> None:
    for what, seen, fewest in (("people", people, FEWEST_PEOPLE), ("variants", variants, FEWEST_VARIANTS)):
        if seen < fewest:
            raise CallError(
                "simulate",
                f"too few {what} to hold the causes",
                seen=str(seen),
                expected=f"at least {fewest}",
                mend=f"Ask for more {what}.",
            )
    if people * variants > MOST_CELLS:
        raise CallError(
            "simulate",
            "too many genotypes for a demonstration that is made in memory",
            seen=f"{people * variants:,}",
            expected=f"at most {MOST_CELLS:,}",
            mend="Ask for fewer people or variants.",
        )


def _frequency(people: People) -> NDArray[np.float64]:
    return people.dosage.mean(axis=1) / 2


def _clinical(
    rng: np.random.Generator, hospital: Hospital, people: People, disease: NDArray[np.int64]
) -> pd.DataFrame:
    """The clinical table as the hospital keeps it, with its gaps."""
    table = people.clinical[["age_years", "sex", "bmi", "smoking", "run"]].copy()
    table.insert(0, "id", people.ids)
    table["bmi"] = table["bmi"].mask(rng.random(len(people)) < MISSING_BMI)
    table["smoking"] = table["smoking"].mask(rng.random(len(people)) < MISSING_SMOKING)
    table["family"] = [f"F{hospital.prefix}{number + 1:04d}" for number in people.family]
    table["hospital"] = hospital.name
    table["recruited"] = people.clinical["recruited"]
    table["disease"] = disease
    return table


def _write_expression(path: Path, genes: Genes, people: People, measured: NDArray[np.float64]) -> None:
    hundredths = np.where(np.isnan(measured), -1, np.round(np.nan_to_num(measured) * 100)).astype(int)
    words = [f"{number / 100:.2f}" for number in range(hundredths.max() + 1)] + [""]  # -1 is the gap
    lines = ["\t".join(["id", *genes.names])]
    for person, row in zip(people.ids, hundredths.tolist(), strict=True):
        lines.append("\t".join([person, *(words[number] for number in row)]))
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 5, mtime=0))


def _truth(
    seed: int,
    sites: Sites,
    genes: Genes,
    model: RiskModel,
    cohorts: dict[Hospital, People],
    risks: pd.DataFrame,
) -> Truth:
    causes = model.causes
    frequencies = {hospital.name: _frequency(some).round(4) for hospital, some in cohorts.items()}
    names = [sites.ids[site] if sites.ids[site] != "." else sites.locus(site) for site in range(len(sites))]
    of_hospital = {str(name): rows for name, rows in risks.groupby("hospital")}
    return Truth(
        seed=seed,
        people=len(risks),
        variants=len(sites),
        causal_variants=tuple(
            CausalVariant(
                names[site],
                sites.locus(site),
                float(effect),
                {name: float(frequency[site]) for name, frequency in frequencies.items()},
            )
            for site, effect in zip(causes.variants, model.variants, strict=True)
        ),
        interaction=Interaction(names[causes.variants[0]], names[causes.variants[1]], model.interaction),
        causal_genes=tuple(
            CausalGene(genes.names[gene], float(effect), float(mean))
            for gene, effect, mean in zip(causes.genes, model.genes, model.gene_means, strict=True)
        ),
        expression_shifts=tuple(
            ExpressionShift(names[site], genes.names[gene], float(shift))
            for site, gene, shift in zip(
                causes.shift_variants, causes.shift_genes, causes.shifts, strict=True
            )
        ),
        clinical=model.clinical,
        intercept=model.intercept,
        prevalence={name: round(float(rows["disease"].mean()), 4) for name, rows in of_hospital.items()},
        best_auc={
            name: round(expected_auc(rows["risk"].to_numpy()), 4) for name, rows in of_hospital.items()
        },
        drawn_auc={
            name: round(drawn_auc(rows["risk"].to_numpy(), rows["disease"].to_numpy()), 4)
            for name, rows in of_hospital.items()
        },
    )

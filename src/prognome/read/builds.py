"""Which build of the human genome a reference is, by the lengths of its contigs."""

from __future__ import annotations

from collections.abc import Iterable

from prognome.read.reference import Contig

_NAMES = [*(str(number) for number in range(1, 23)), "x", "y"]
_LENGTHS = {
    "GRCh37": (
        249250621, 243199373, 198022430, 191154276, 180915260, 171115067, 159138663, 146364022,
        141213431, 135534747, 135006516, 133851895, 115169878, 107349540, 102531392, 90354753,
        81195210, 78077248, 59128983, 63025520, 48129895, 51304566, 155270560, 59373566,
    ),
    "GRCh38": (
        248956422, 242193529, 198295559, 190214555, 181538259, 170805979, 159345973, 145138636,
        138394717, 133797422, 135086622, 133275309, 114364328, 107043718, 101991189, 90338345,
        83257441, 80373285, 58617616, 64444167, 46709983, 50818468, 156040895, 57227415,
    ),
}  # fmt: skip


def recognise_build(contigs: Iterable[Contig]) -> str | None:
    """``GRCh37`` (hg19) or ``GRCh38`` (hg38) if all whole human chromosomes have its lengths; else None.

    References
    ----------
    Assembly reports of GCF_000001405.13 (GRCh37) and GCF_000001405.26 (GRCh38), Genome Reference Consortium.
    """
    found = {
        contig.chrom: contig.high for contig in contigs if contig.chrom in _NAMES and not contig.is_slice
    }
    for build, lengths in _LENGTHS.items():
        known = dict(zip(_NAMES, lengths, strict=True))
        if found and all(known[name] == length for name, length in found.items()):
            return build
    return None

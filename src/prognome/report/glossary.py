"""Every term of this very report in one plain sentence, linked from its first use in a sentence."""

from __future__ import annotations

import re

from prognome.page.html import Markup, element, plain

# Term → words that use it (a regular expression), and what it means.
TERMS: dict[str, tuple[str, str]] = {
    "Area under the ROC curve (AUC)": (r"area under the ROC curve|\bAUC\b", "The chance that a row with the event gets a higher probability than a row without it: 0.5 is guessing, 1 is perfect."),
    "Average precision": (r"average precision", "The mean share of true events among the rows called events, over all thresholds; guessing gives the share of events."),
    "Accuracy": (r"(?<!balanced )\baccuracy\b", "The share of rows decided rightly; with a rare event it is high for a model that never calls it."),
    "Balanced accuracy": (r"balanced accuracy", "The mean over the classes of the share decided rightly, so that a rare class counts as much as a common one."),
    "Sensitivity": (r"\bsensitivity\b", "Of the rows with the event, the share that is found."),
    "Specificity": (r"\bspecificity\b", "Of the rows without the event, the share that is left alone."),
    "Positive predictive value": (r"positive predictive value", "Of the rows called events, the share that has the event; it depends on how common the event is."),
    "Negative predictive value": (r"negative predictive value", "Of the rows not called events, the share without the event; it depends on how common the event is."),
    "F1": (r"\bF1\b", "The harmonic mean of sensitivity and positive predictive value."),
    "Matthews correlation": (r"matthews correlation", "The correlation of decisions with the truth: 0 is guessing, 1 is perfect; it takes all four counts into account."),
    "Brier score": (r"brier score", "The mean squared distance of a probability from what came true (0 or 1): less is better."),
    "Log loss": (r"log loss", "A penalty for probabilities that are far from what came true, harsh on those that are sure and wrong: less is better."),
    "Calibration": (r"\bcalibration\b(?! slope| intercept)", "Whether of the rows with a predicted probability of 20 % about 20 % have the event."),
    "Calibration slope": (r"calibration slope|\bslope\b", "How strongly the truth follows the predicted probabilities: 1 is right, below 1 they are too extreme, above 1 too cautious."),
    "Calibration intercept": (r"calibration intercept|\bintercept\b", "Whether probabilities are too low (above 0) or too high (below 0) on the whole."),
    "Mean absolute error": (r"mean absolute error", "How far predictions are from the truth on average, in the unit of the target."),
    "Root mean squared error": (r"root mean squared error", "As the mean absolute error, with large errors weighing more; in the unit of the target."),
    "R²": (r"R²", "The share of the target's spread that predictions explain: 0 is no better than the mean, below 0 worse."),
    "Pearson correlation": (r"\bpearson\b", "How close predictions and truth lie to a straight line, from −1 to 1."),
    "Spearman correlation": (r"\bspearman\b", "How alike predictions and truth rank the rows, from −1 to 1."),
    "Coverage": (r"\bcoverage\b", "How often a prediction set or interval held the truth, among rows that judged."),
    "Prediction set": (r"prediction sets?\b", "The classes that a model cannot rule out for a row; a set of all classes says “cannot tell”."),
    "Interval (95 %)": (r"\d+\s?% intervals?", "The values that are compatible with the rows seen: of many such intervals the named share holds the true value. It knows nothing of another place or time."),
    "Cross-validation": (r"cross-validation", "Rows are cut into folds; each fold is judged by a model that learned from the others, so that no row judges a model that has seen it."),
    "Fold": (r"\bfolds?\b", "One of the parts into which rows are cut for cross-validation."),
    "Inner folds": (r"inner folds", "Folds inside the training rows, with which parameters, thresholds and models are chosen without a look at the rows that judge."),
    "Grouped": (r"\bgrouped\b", "Rows that belong together (a family, a patient, a site) are never on both sides of a split."),
    "Stratified": (r"\bstratified\b", "Each fold has about the same share of each class."),
    "Test part": (r"test part", "Rows that are kept aside and judge once, at the end; each further look makes them worth less."),
    "Validation part": (r"validation part", "Rows that choose the model and its settings, and so cannot judge it fairly."),
    "External cohort": (r"external cohorts?", "Rows from elsewhere that judge and never teach: the best hint at how a model does in another place."),
    "Baseline": (r"\bbaselines?\b", "A simple rule that a model must beat to be worth its trouble."),
    "Dummy": (r"\bdummy\b", "The baseline that looks at no feature and always says the same."),
    "Stack": (r"\bstack\b", "A model that learns how much to trust the answers of the other models."),
    "p-value": (r"\bp\s?[=<]|p-values?", "How often chance alone would show a difference as large as this if there were none; a small one speaks against chance, a large one proves nothing."),
    "Holm's correction": (r"\bholm\b", "p-values made larger because several comparisons were made, so that one false find among them stays rare."),
    "Corrected resampled t-test": (r"corrected resampled t-test", "A test over folds that allows for their sharing training rows (Nadeau and Bengio 2003)."),
    "DeLong's test": (r"\bdelong\b", "A test of two areas under the ROC curve on the same rows."),
    "Wilcoxon's test": (r"\bwilcoxon\b", "A test of paired differences by their ranks."),
    "Bootstrap": (r"\bbootstrap\b", "Judging again on rows drawn anew from the same rows, many times, to see how much chance moves a figure."),
    "Standard error": (r"standard errors?\b", "How much chance moves a figure, as a standard deviation."),
    "ROC curve": (r"ROC curve(?<!area under the ROC curve)", "Sensitivity against the share of false alarms, for every threshold."),
    "Net benefit": (r"net benefit", "Events found for each row, less false alarms weighed by how much harm one does; it says whether acting on the model beats treating all or none."),
    "Threshold": (r"\bthresholds?\b", "The probability above which the event is decided on."),
    "Youden's rule": (r"\byouden\b", "The threshold with the greatest sum of sensitivity and specificity."),
    "Recalibration": (r"\brecalibrat\w+", "Bending a model's probabilities, inside training, so that they can be taken at their word."),
    "Isotonic map": (r"\bisotonic\b", "A recalibration by a curve that may take any rising shape."),
    "Temperature": (r"\btemperature\b", "A recalibration of several classes by one number that makes all probabilities milder or bolder."),
    "Guard": (r"\bguards?\b", "A check for a known reason why figures may not hold up, such as the same person on both sides of a split."),
    "Subgroup": (r"\bsubgroups?\b", "Rows with one value of a column, such as a sex or an age band, looked at apart."),
    "Gap": (r"\bgaps?\b", "The difference of a figure between a subgroup and all other rows."),
    "Learning curve": (r"learning curve", "How a figure changes with the number of training rows: whether more rows would help."),
    "Seed": (r"\bseeds?\b", "The number from which every random choice follows; another seed shows what chance does."),
    "Block": (r"\bblocks?\b", "One kind of knowledge about the rows, such as expression, genotypes or the clinic."),
    "Bundle": (r"\bbundle\b", "The best model, saved with all it needs to answer for new rows."),
    "Contract": (r"\bcontract\b", "What a new row must bring, and what happens when it does not."),
    "Epoch": (r"\bepochs?\b", "One pass of a network over its training rows."),
    "Quartiles": (r"\bquartiles?\b", "The values below which a quarter, and three quarters, of the rows lie."),
    "Standard deviation": (r"standard deviations?|\(SD\)", "How far values lie from their mean, typically."),
    "Checksum": (r"\bchecksums?\b|sha256", "A fingerprint of a file: if one letter changes, it changes."),
}  # fmt: skip
_OPEN_TO_LINKS = frozenset({"main", "section", "div", "p", "li", "ul", "dl", "dd", "span"})  # fmt: skip
_PIECE = re.compile(r"(<[^>]*>)")
_NAME = re.compile(r"</?([a-z0-9]+)")
_VOID = frozenset({"br", "hr", "col", "img", "input", "circle", "path", "rect", "line", "polyline"})


def with_glossary(body: Markup) -> tuple[Markup, Markup]:
    """A page's sections with links to the terms they use, and the glossary.

    Parameters
    ----------
    body
        All sections.
    """
    said = plain(re.sub(r">", "> ", body))
    used = [term for term, (words, _) in TERMS.items() if re.search(words, said, re.IGNORECASE)]
    linked, found = _link(body, used)
    entries = [
        element(
            "div",
            element("dt", term, id=_anchor(term) if term in found else None),
            element("dd", TERMS[term][1]),
        )
        for term in sorted(used, key=str.lower)
    ]
    section = element(
        "section",
        element("h2", "Glossary"),
        element("p", "The terms that occur in this report.", class_="note"),
        element("dl", entries, class_="pairs"),
        id="glossary",
    )
    return Markup(linked, body.carried), section


def _anchor(term: str) -> str:
    return "g-" + re.sub(r"[^a-z0-9]+", "-", term.lower()).strip("-")


def _link(body: str, terms: list[str]) -> tuple[str, set[str]]:
    """Link the first use of each term in running text: not in headings, links, drawings, captions or code."""
    left = {term: re.compile(TERMS[term][0], re.IGNORECASE) for term in terms}
    pieces: list[str] = []
    stack: list[str] = []
    found: set[str] = set()
    for piece in _PIECE.split(body):
        if piece.startswith("<"):
            name = _NAME.match(piece)
            if name and name[1] not in _VOID and not piece.endswith("/>"):
                if piece.startswith("</"):
                    stack.pop()
                else:
                    stack.append(name[1])
        elif piece and left and all(tag in _OPEN_TO_LINKS for tag in stack):
            piece, here = _first(piece, left)
            found |= here
            for term in here:
                del left[term]
        pieces.append(piece)
    return "".join(pieces), found


def _first(text: str, left: dict[str, re.Pattern[str]]) -> tuple[str, set[str]]:
    """Links in one run of text; of uses that overlap the longest."""
    hits = [(one.start(), -one.end(), term) for term, words in left.items() if (one := words.search(text))]
    pieces, last, found = [], 0, set()
    for start, end, term in sorted(hits):
        if start < last or start == -end:
            continue
        pieces.append(text[last:start])
        pieces.append(f'<a href="#{_anchor(term)}" class="term">{text[start:-end]}</a>')
        last = -end
        found.add(term)
    return "".join(pieces) + text[last:], found

"""Figures of a report with every part there is, and hostile names throughout."""

from projector.report.figures import (
    BINS,
    AuditFigures,
    CodeCount,
    CodeFigures,
    DocumentFigures,
    Fact,
    FaithfulnessFigures,
    FindingCount,
    GoldFigures,
    GoldRow,
    LanguageFigures,
    ReliabilityTenth,
    ReportFigures,
    ScoreFigures,
    StatusCount,
    ThresholdRow,
    WorstDocuments,
)

# What would be a tag, an attribute's end, a formula of matplotlib's, a letter of no font of its,
# one that turns the line around, one that isn't seen.
NAMES = (
    "<script>alert(1)</script>",
    '" onload="alert(2)',
    "' style='x",
    "a$\\frac{1$ & b",
    "病気 😷",
    "a\u202eb\x07",
    "x" * 300,
    "</style></svg><img src=x>",
)


def every_part(names=NAMES, languages=("en", "<i>it</i>")) -> ReportFigures:
    """Return figures of a run that is audited, coded, corrected and held against gold."""
    statuses = ("projected", "confirmed", "corrected", "absent", "unaligned", "failed")
    documents = tuple(
        DocumentFigures(language, name, 5, 2, 3, 0.5, 1, 0.25)
        for name in names
        for language in languages
    )
    rows = [
        GoldRow(language, label, 0.5, 0.4, 0.44, 0.7, 10, 8)
        for language in (*languages, None)
        for label in (*names, None)
    ]
    tenths = [ReliabilityTenth(n / 10, (n + 1) / 10, n, n // 2) for n in range(10)]
    return ReportFigures(
        run=names[0],
        tags=False,
        languages=tuple(LanguageFigures(one, 3, 2, 1, 9, 1) for one in languages),
        statuses=tuple(
            StatusCount(language, label, status, 3)
            for language in languages
            for label in names
            for status in statuses
        ),
        scores=tuple(ScoreFigures(one, tuple(range(BINS)), 0.75, 45, 2) for one in languages),
        worst=WorstDocuments(documents, documents, documents),
        audit=AuditFigures(
            tuple(FindingCount(one, name, "error", 3) for one in languages for name in names),
            tuple(FaithfulnessFigures(o, 3, 0.9, (0.7, 0.8, 0.9, 0.95, 1.0)) for o in languages),
        ),
        gold=GoldFigures(
            tuple(rows),
            tuple(tenths),
            tuple(ThresholdRow(n / 10, 10 - n, 0.5 if n < 10 else None, 0.4) for n in range(11)),
            0.8,
            0.05,
            names,
        ),
        codes=CodeFigures(
            names[0],
            names[-1],
            tuple(CodeCount(one, name, 1, 2, 3, 4, 5) for one in languages for name in names),
        ),
        provenance=(
            *(Fact(name, f"{name}\n{name}") for name in names),
            Fact("Version of projector", names[0]),
        ),
        notices=names,
    )

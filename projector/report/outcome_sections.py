"""Make the sections of what became of a run's mentions."""

from __future__ import annotations

from collections.abc import Iterator

from projector.report import plots
from projector.report.figures import BINS, HUMAN, WITH_SPAN, ReportFigures
from projector.report.markup import Cell, Share, Table, folded, table
from projector.report.section import Section, commonest, drawn_figure, made_section, room_note
from projector.run.outcome import LOW_SCORE


def coverage(figures: ReportFigures) -> Section:
    """Return the section of how many mentions have a span."""
    labels = commonest(_sizes(figures))
    rows: list[list[Cell]] = []
    whole = set()
    for counted in figures.languages:
        for label in (*figures.labels, None):
            counts = [c for c in figures.statuses if c.language == counted.language]
            sought = sum(c.mentions for c in counts if label in (None, c.label))
            found = figures.count(*WITH_SPAN, language=counted.language, label=label)
            if sought:
                whole |= {len(rows)} if label is None else set()
                told = "all" if label is None else label or "(none)"
                rows.append([counted.language, told, sought, found, Share.of(found, sought)])
    found = figures.count(*WITH_SPAN)
    share = Share.of(found, figures.mentions)
    drawn = drawn_figure(
        "coverage",
        plots.coverage(figures, labels),
        f"Bars: the share of mentions with a span by label and language. In all, {share}.",
        "% of the source's mentions that have a span in the translation."
        + room_note(labels, figures.labels, "labels"),
    )
    listed = Table(
        "Mentions with a span, by language and label",
        ("Language", "Label", "Mentions", "With a span", "Share"),
        rows,
        frozenset(whole),
    )
    lead = "How many of the source's mentions were found again in each translation."
    return made_section("coverage", "Coverage", lead, drawn, folded("As a table", table(listed)))


def tagged(figures: ReportFigures) -> Section:
    """Return the section of the mentions that a run found by tagging."""
    labels = commonest(_sizes(figures))
    drawn = drawn_figure(
        "found",
        plots.tagged(figures, labels),
        f"Bars: mentions found by label and language, {figures.mentions:,} in all.",
        "Mentions found." + room_note(labels, figures.labels, "labels"),
    )
    rows: list[list[Cell]] = [[one.language, one.label, one.mentions] for one in figures.statuses]
    listed = Table("Mentions found", ("Language", "Label", "Mentions"), rows)
    lead = "This run has found its mentions in the texts themselves: nothing was projected."
    return made_section("found", "Mentions found", lead, drawn, folded("As a table", table(listed)))


def without_span(figures: ReportFigures) -> Iterator[Section]:
    """Yield the section of the mentions that have no span, and why."""
    lost = figures.mentions - figures.count(*WITH_SPAN)
    statuses = sorted({one.status for one in figures.statuses})
    rows: list[list[Cell]] = [
        [one.language, *(figures.count(status, language=one.language) for status in statuses)]
        for one in figures.languages
    ]
    names = [status.replace("_", " ") for status in statuses]
    listed = table(Table("Mentions by what became of them", ("Language", *names), rows))
    title, lead = "Without a span", "What became of the mentions that have no span, and why."
    if not lost:
        told = "Every mention has a span."
        yield made_section(
            "statuses", title, told, folded("What became of them, as a table", listed)
        )
        return
    drawn = drawn_figure(
        "statuses",
        plots.without_span(figures),
        f"Bars: the share of mentions without a span by language and reason; {lost:,} in all.",
        "Unaligned: the translation lacks it, or renders it beyond recognition. Below threshold: "
        "its best span scores too little. Unpaired: its document has no translation.",
    )
    yield made_section("statuses", title, lead, drawn, folded("As a table", listed))


def scores(figures: ReportFigures) -> Section:
    """Return the section of how scores are spread."""
    spread = [one for one in figures.scores if sum(one.bins)]
    low = sum(one.low for one in spread)
    total = sum(sum(one.bins) for one in spread)
    drawn = drawn_figure(
        "scores",
        plots.scores(spread),
        f"Left: a histogram of {total:,} scores. Right: for each language the share of projections "
        f"below each score; {Share.of(low, total)} of all are below {LOW_SCORE}.",
        f"{low:,} projections score below {LOW_SCORE}: look at these first. The right side tells "
        "what a threshold (--min-score) would leave out.",
    )
    rows: list[list[Cell]] = [
        [
            *(one.language, sum(one.bins), one.mean, one.low),
            Share.of(one.low, sum(one.bins)),
            one.collapsed,
        ]
        for one in spread
    ]
    header = ("Language", "Projections", "Mean score", "Below .5", "Share", "On another's span")
    means = table(Table("Scores by language", header, rows))
    bins: list[list[Cell]] = [
        [f"{place / BINS:.2f} to {(place + 1) / BINS:.2f}", *(one.bins[place] for one in spread)]
        for place in range(BINS)
    ]
    languages = [one.language for one in spread]
    spreads = table(Table("Projections by score", ("Score", *languages), bins))
    lead = "A score is the probability that a span is right, as it was calibrated on other gold."
    return made_section("scores", "Scores", lead, drawn, folded("As tables", means + spreads))


def human_corrections(figures: ReportFigures) -> Section | None:
    """Return what people said of the run's projections; None where nobody did."""
    said = [status for status in HUMAN if figures.count(status)]
    if not said:
        return None
    rows: list[list[Cell]] = [
        [one.language, *(figures.count(status, language=one.language) for status in HUMAN)]
        for one in figures.languages
    ]
    listed = Table(
        "Corrections that were accepted", ("Language", *map(str.capitalize, HUMAN)), rows
    )
    told = ", ".join(f"{figures.count(status):,} {status}" for status in said)
    return made_section(
        "corrections", "Corrections", f"What people said of them: {told}.", table(listed)
    )


def _sizes(figures: ReportFigures) -> dict[str, int]:
    """Return how many mentions of each label there are."""
    sizes: dict[str, int] = {}
    for count in figures.statuses:
        sizes[count.label] = sizes.get(count.label, 0) + count.mentions
    return sizes

"""Lay out how often projections are right by tenth of their score."""

from __future__ import annotations

from collections.abc import Sequence


def format_tenths(system: str, judged: Sequence[tuple[float, bool]]) -> str:
    """Return a Markdown table, with area under the ROC curve and expected calibration error.

    Args:
        system: Who projected.
        judged: The score of each projection, and whether it is right.
    """
    from projector.evaluation.calibration import calibration

    result = calibration([score for score, _ in judged], [right for _, right in judged])
    area = "unknown" if result.area is None else f"{result.area:.4f}"
    rows = [
        f"| {tenth.low:.1f} to {tenth.high:.1f} | {tenth.count} | {tenth.correct} | "
        f"{'' if tenth.precision is None else f'{tenth.precision:.3f}'} |"
        for tenth in reversed(result.tenths)
    ]
    return "\n".join(
        [
            f"{system}: area {area}, error {result.error:.4f}",
            "",
            "| score | projections | right | precision |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )

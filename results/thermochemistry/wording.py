"""Findings on reactions in words, the same on the terminal and in the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wadflow.results.thermochemistry.documents import EnergeticsRecord, TurningRecord, Verdict


def turning_text(record: TurningRecord, column: EnergeticsRecord) -> str:
    """Say where a reaction turns: ``637 K``, ``always``, or beyond which temperature it never did."""
    if record.temperature is not None:
        return {"above": ">", "below": "<"}.get(record.favourable, "~") + f" {record.temperature:.0f} K"
    if record.favourable == "everywhere":
        return "always"
    return f"not to {column.temperature_range[1]:.0f} K"


def metal_text(verdict: Verdict) -> str:
    """Say where condensed metal is the stable product: ``nowhere up to 2000 K``, or the intervals."""
    if verdict.metal_highest is None:
        return "not asked"
    if not verdict.metal_intervals:
        return f"nowhere up to {verdict.metal_highest:.0f} K"
    return ", ".join(
        f"{interval.lowest:.0f} to {interval.highest:.0f} K" for interval in verdict.metal_intervals
    )

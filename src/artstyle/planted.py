"""How many of the faults planted in the demo set were treated right."""

from dataclasses import dataclass

import pandas as pd

from artstyle.errors import UserError

_COPIES = {"exact_copy": "exact_copy", "resized_copy": "near_copy", "recompressed_copy": "near_copy"}
_DROPPED = ("truncated", "empty", "not_a_picture", "animated", "junk")
_MENDED = ("wrong_extension", "grey", "cmyk", "palette", "sixteen_bit", "exif_rotated")


@dataclass(frozen=True)
class Outcome:
    """What became of every file: ids of the kept, reason and partner of the dropped, mended kinds, other styles."""

    kept: dict[str, str]
    reasons: dict[str, str]
    partners: dict[str, str]
    mended: dict[str, tuple[str, ...]]


def score_planted(truth: pd.DataFrame, outcome: Outcome) -> dict[str, dict[str, float]]:
    """Return for each kind of fault the number planted and the share treated right, 0..1.

    Right is, by kind:
        wrong_label: the painting is kept (whether the label is right is not the business of this stage).
        exact_copy: one of the painting and its partner stands for both, the other has the reason exact_copy.
        resized_copy, recompressed_copy: the same with near_copy.
        two_styles: the same with two_styles, and the kept row lists another style.
        truncated, empty, not_a_picture, animated, junk: dropped with that reason.
        wrong_extension, grey, cmyk, palette, sixteen_bit, exif_rotated: mended in that way, and kept or (being a copy
            besides) represented by a kept painting.

    Args:
        truth: columns painting, fault, partner.

    Raises:
        UserError: a fault of another kind.
    """
    scores: dict[str, list[bool]] = {}
    for row in truth.itertuples():
        scores.setdefault(row.fault, []).append(_is_right(row.painting, row.fault, row.partner, outcome))
    return {
        fault: {"n_planted": len(right), "right_share": sum(right) / len(right)}
        for fault, right in sorted(scores.items())
    }


def _is_right(painting: str, fault: str, partner: str, outcome: Outcome) -> bool:
    if fault == "wrong_label":
        return painting in outcome.kept
    if fault in _DROPPED:
        return outcome.reasons.get(painting) == fault
    keeper = _find_keeper(painting, outcome)
    if fault in _MENDED:
        return keeper is not None and fault in outcome.mended.get(painting, ())
    if fault not in (*_COPIES, "two_styles"):
        raise UserError(f"the truth of the demo set names an unknown fault {fault!r} for {painting}")
    reasons = {outcome.reasons.get(painting), outcome.reasons.get(partner)}
    together = keeper is not None and keeper == _find_keeper(partner, outcome)
    if fault == "two_styles":
        return together and fault in reasons and bool(outcome.kept[keeper])
    return together and _COPIES[fault] in reasons


def _find_keeper(painting: str, outcome: Outcome) -> str | None:
    keeper = painting if painting in outcome.kept else outcome.partners.get(painting, "")
    return keeper if keeper in outcome.kept else None

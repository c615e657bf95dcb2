"""Set works without a label apart: they teach nothing but what the model itself says of them."""

import pandas as pd

from artstyle.errors import UserError

NONE = "none"
COLUMNS = ["painting", "label", "style", "artist", "genre", "family", "conflict", "sampled", "n_draws"]


def part_unlabelled(
    paintings: pd.DataFrame, folder: str, styles: dict[str, str | None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the paintings with a style, and those that stand in the folder without labels only.

    A painting that has a copy in a style folder has that style: nothing is left of the other folder.

    Args:
        paintings: painting, style, other_styles (names with `;` between), ...
        folder: name of the folder as a style, or `none`.
        styles: the style map; it may leave the folder out, but not make a class of it.

    Raises:
        UserError: the map makes a class of the folder, or no picture is in it.
    """
    if folder == NONE:
        return paintings, paintings.iloc[:0]
    if not isinstance(folder, str) or not folder.strip():
        raise UserError(f"params.yaml: unlabelled is {folder!r}; expected the name of a style folder, or none")
    if styles.get(folder) is not None:
        raise UserError(
            f"params.yaml: unlabelled is {folder!r}, of which the style map makes the class {styles[folder]!r};"
            " set it to null there, or unlabelled: none"
        )
    names = (paintings["style"] + ";" + paintings["other_styles"]).str.split(";")
    kept = names.map(lambda each: [name for name in each if name not in ("", folder)])
    is_bare = (kept.str.len() == 0).to_numpy()
    if not names.map(lambda each: folder in each).any():
        at_hand = ", ".join(sorted(set(paintings["style"])))
        raise UserError(
            f"params.yaml: unlabelled is {folder!r}, but no picture is in such a folder (at hand: {at_hand})"
        )
    named = paintings[~is_bare].copy()
    named["style"] = kept[~is_bare].str[0]
    named["other_styles"] = kept[~is_bare].str[1:].str.join(";")
    return named, paintings[is_bare]


def add_unlabelled(works: pd.DataFrame, unlabelled: pd.DataFrame) -> pd.DataFrame:
    """Return sampled works and those without a label in one table, sorted by painting; the latter have the label "".

    They are never sampled, so that the split lets them into the pool or leaves them unused.
    """
    if unlabelled.empty:
        return works
    bare = unlabelled.assign(label="", conflict=0, sampled=0, n_draws=0)[COLUMNS]
    return pd.concat([works, bare]).sort_values("painting").reset_index(drop=True)

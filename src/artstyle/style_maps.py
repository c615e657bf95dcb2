"""Turn the styles of the folders into classes: rename, merge or drop them, and find works that stand in two."""

import zlib
from typing import Any

import pandas as pd

from artstyle.errors import UserError
from artstyle.evaluation_names import FACTS
from artstyle.parameters import check_choice

TARGETS = ("style", "genre", "artist")


def choose_map(style_maps: dict[str, Any], name: str) -> dict[str, str | None]:
    """Return the map called `name`: folder style -> class, or None for a style that is left out.

    Raises:
        UserError: no such map, or an entry that is neither a name nor null.
    """
    if not isinstance(style_maps, dict) or not style_maps:
        raise UserError(f"params.yaml: style_maps must be a map of named maps, got {style_maps!r}")
    check_choice("style_map", name, style_maps)
    styles = style_maps[name]
    if not isinstance(styles, dict):
        raise UserError(f"params.yaml: style_maps.{name} must be a map of styles, got {styles!r}")
    for style, value in styles.items():
        place = f"style_maps.{name}.{style}"
        if not isinstance(style, str):  # YAML reads a bare `no` or `1900` as something else than text
            raise UserError(f"params.yaml: {place}: the style {style!r} is not text; put it in quotes")
        if value is not None and (not isinstance(value, str) or not value.strip() or value != value.strip()):
            raise UserError(f"params.yaml: {place} is {value!r}; expected the name of a class, or null to leave it out")
    return styles


def list_styles(paintings: pd.DataFrame) -> list[str]:
    """Return the sorted styles that any work stands in, second styles included."""
    others = paintings["other_styles"].str.split(";").explode()
    return sorted((set(paintings["style"]) | set(others)) - {""})


def complete_map(styles: dict[str, str | None], name: str, on_disk: list[str]) -> dict[str, str | None]:
    """Return the map with every style on disk in it; a style that it does not list keeps its own name.

    Raises:
        UserError: the map lists a style that no picture has, null or not: a misspelt name would otherwise do nothing.
    """
    unknown = sorted(set(styles) - set(on_disk))
    if unknown:
        more = f" and {len(unknown) - 1} more" if unknown[1:] else ""
        raise UserError(
            f"params.yaml: style_maps.{name} names {unknown[0]}{more}, but no picture has that style "
            f"(styles at hand: {', '.join(on_disk)}); -S style_map=as_is takes them as they are"
        )
    return {style: styles.get(style, style) for style in on_disk}


def map_styles(paintings: pd.DataFrame, styles: dict[str, str | None]) -> pd.DataFrame:
    """Return the works that the map keeps, in order, with the class they were given and whether it is in doubt.

    A work that stands in several styles is a conflict if the map sends them to different things, "left out" being one
    of them. Which of its classes it was given then follows from a hash of its name, so that it is neither always the
    first of the alphabet nor a matter of row order.

    Args:
        styles: a complete map, see `complete_map`.

    Returns:
        painting, label (class), style (the folder style behind it), artist, genre, family, conflict (0 or 1).
    """
    rows = [_place_work(*work, styles) for work in paintings[["painting", "style", "other_styles"]].to_numpy()]
    placed = pd.DataFrame(rows, columns=["label", "style", "conflict"], index=paintings.index)
    works = paintings[["painting", "artist", "genre", "family"]].join(placed)
    kept = works[works["label"].notna()]
    return kept[["painting", "label", "style", "artist", "genre", "family", "conflict"]].reset_index(drop=True)


def _place_work(painting: str, style: str, others: str, styles: dict[str, str | None]) -> tuple[str | None, str, int]:
    stands_in = [style, *(other for other in others.split(";") if other)]
    classes = sorted({styles[each] for each in stands_in} - {None})
    if not classes:
        return None, style, 0
    label = classes[zlib.crc32(painting.encode()) % len(classes)]
    behind = next(each for each in stands_in if styles[each] == label)
    return label, behind, int(any(styles[each] != label for each in stands_in))


def label_works(works: pd.DataFrame, target: str) -> pd.DataFrame:
    """Return the works whose label for `target` is known, with that label: their class, their genre or their artist.

    Raises:
        UserError: an unknown target, one that no work has, or a label that is called like a column of the predictions.
    """
    check_choice("target", target, TARGETS)
    labelled = works if target == "style" else works.assign(label=works[target])
    labelled = labelled[labelled["label"] != ""].reset_index(drop=True)
    reserved = [name for name in FACTS if (labelled["label"] == name).any()]
    if reserved:
        raise UserError(
            f"the {target} {reserved[0]!r} cannot be a class: the table of predictions has a column of that name"
            f" (reserved: {', '.join(FACTS)}); rename it, in style_maps of params.yaml or in its source"
        )
    if labelled.empty and len(works):
        source = "; parameter 'genres' names the genre list, is it 'none'?" if target == "genre" else ""
        raise UserError(f"params.yaml: target is '{target}', but none of the {len(works)} works has one{source}")
    return labelled

"""Write the demo set's genre list in the form of the ArtGAN lists, with the flaws that those have."""

from pathlib import Path

import numpy as np

from artstyle.demo_works import Work

GENRES = (
    "abstract_painting",
    "cityscape",
    "genre_painting",
    "illustration",
    "landscape",
    "nude_painting",
    "portrait",
    "religious_painting",
    "sketch_and_study",
    "still_life",
)
_LISTED_SHARE = 0.75


def write_genres(folder: Path, works: list[Work], rng: np.random.Generator) -> None:
    """Write `genre_list.csv` (`<Style>/<artist>_<title>.jpg,<class number>`) and `genre_class.txt`.

    About three in four works are listed. Besides, two rows name pictures that do not exist, one row spells a picture's
    path with `_` where the file has `-`, and one picture is listed twice, with two genres.
    """
    number = {genre: place for place, genre in enumerate(GENRES)}
    listed = [works[place] for place in rng.permutation(len(works))[: round(_LISTED_SHARE * len(works))]]
    rows = [(f"{work.style}/{work.name}.jpg", number[work.kind]) for work in listed]
    misspelt = next(place for place, work in enumerate(listed) if "-" in work.title)
    work = listed[misspelt]
    rows[misspelt] = (f"{work.style}/{work.artist}_{work.title.replace('-', '_', 1)}.jpg", number[work.kind])
    twice = rows[misspelt - 1]
    rows.append((twice[0], number["genre_painting"]))
    for work in works[:2]:
        rows.append((f"{work.style}/{work.artist}_lost-in-a-fire.jpg", number["still_life"]))
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{path},{genre}\n" for path, genre in sorted(rows))
    (folder / "genre_list.csv").write_text(text, encoding="utf-8", newline="\n")
    classes = "".join(f"{place} {genre}\n" for place, genre in enumerate(GENRES))
    (folder / "genre_class.txt").write_text(classes, encoding="utf-8", newline="\n")

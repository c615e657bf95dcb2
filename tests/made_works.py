"""Lists of works for the tests of sampling and splitting: no pictures, only rows."""

import numpy as np
import pandas as pd

SHARES = {"train": 0.65, "validation": 0.10, "test": 0.20, "pool": 0.05}


def make_paintings(rows: list[tuple[str, str, int]]) -> pd.DataFrame:
    """Return `n` paintings for each (style, artist, n), as `filter` lists them; nobody has relatives or a genre."""
    table = pd.DataFrame(
        [(f"{style.title()}/{artist}_{i:03d}.jpg", style, artist) for style, artist, n in rows for i in range(n)],
        columns=["painting", "style", "artist"],
    )
    table = table.assign(other_styles="", genre="", family=table["painting"])
    return table.sort_values("painting").reset_index(drop=True)


def make_works(rows: list[tuple[str, str, int]]) -> pd.DataFrame:
    """Return the same as works that were all sampled, label = style."""
    table = make_paintings(rows).drop(columns="other_styles")
    return table.assign(label=table["style"], conflict=0, sampled=1, n_draws=1)


def few_artist_rows() -> list[tuple[str, str, int]]:
    """Styles with 1 work; 6 works of one artist; 40 of two; 40 of three; and two that have artists enough."""
    rows = [("lone", "a", 1), ("solo", "b", 6), ("pair", "c1", 25), ("pair", "c2", 15)]
    rows += [("trio", "d1", 20), ("trio", "d2", 12), ("trio", "d3", 8)]
    rows += [("broad", f"e{i}", 3 + i % 7) for i in range(24)]
    return rows + [("wide", f"f{i}", 2 + i % 9) for i in range(20)]


def long_tailed_works(seed: int, n_artists: int = 1119, n_several: int = 517) -> pd.DataFrame:
    """Return 27 styles of very unequal size; 517 of 1,119 artists work in several; the rarest have 5 to 8 artists."""
    rng = np.random.default_rng(seed)
    popularity = 1 / np.arange(1, 28) ** 1.1
    rows = []
    for artist in range(n_artists):
        n_styles = 2 + rng.poisson(0.7) if artist < n_several else 1
        styles = rng.choice(27, size=n_styles, replace=False, p=popularity / popularity.sum())
        rows += [(int(style), f"artist{artist:04d}", 1 + min(int(rng.pareto(1.1) * 4), 300)) for style in styles]
    few = {26: 5, 25: 6, 24: 7, 23: 8}
    seen = dict.fromkeys(few, 0)
    kept = []
    for style, artist, n in rows:
        if style in few:
            seen[style] += 1
        if seen.get(style, 0) <= few.get(style, 0):
            kept.append((f"style{style:02d}", artist, n))
    return make_works(kept)

"""Small made-up inputs of the stage `outliers`: features of a few artists, some labels wrong on purpose."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from artstyle.feature_store import hash_paintings

PX = 24
NAMES = ["cubism", "rococo", "ukiyo_e"]
PARAMETERS = {
    "judge": {"features": "top_mean", "n_folds": 3, "n_components": 8, "c": 0.1, "max_iter": 100},
    "describe": {"n_neighbours": 5, "n_dimensions": 6, "n_components": 2},
    "forest": {"n_trees": 30, "max_samples": 32, "min_works": 10},
    "combine": {"shares": [0.1], "kinds": ["uniform"], "n_seeds": 1},
    "flag": {"contamination": 0.1},
    "noise": {"shares": [0.1], "kinds": ["uniform", "similar"], "n_seeds": 2},
    "explain": {"n_explained": 12},
}


def make_inputs(folder: Path, n: int = 90, n_wrong: int = 6, n_conflicts: int = 3, seed: int = 0) -> dict[str, Path]:
    """Write features, pack, tables and truth; the true class shows in the features and in the colour."""
    random = np.random.default_rng(seed)
    true = np.arange(n) % 3
    artists = [f"artist-{(i // 3) % 6}-{true[i]}" for i in range(n)]
    given = true.copy()
    odd = random.permutation(n)[: n_wrong + n_conflicts]
    given[odd] = (true[odd] + 1) % 3
    features = random.normal(size=(n, 10))
    features[np.arange(n), true] += 5
    pixels = random.integers(0, 60, (n, PX, PX, 3))
    pixels[np.arange(n), :, :, true] += 150
    names = [f"{NAMES[given[i]].title()}/{artists[i]}_{i:03}.jpg" for i in range(n)]
    paintings = pd.DataFrame({"painting": names, "style": np.array(NAMES)[given], "artist": artists})
    sizes = {"width_px": 2 * PX, "height_px": PX, "pack_width_px": PX, "pack_height_px": PX}
    paintings = paintings.assign(**sizes, offset=np.arange(n) * PX * PX * 3)
    order = paintings["painting"].argsort().to_numpy()
    works = paintings[["painting", "style", "artist"]].assign(label=paintings["style"], conflict=0, split="train")
    works.loc[odd[n_wrong:], "conflict"] = 1
    works.loc[odd[n_wrong:], "split"] = "conflict"
    truth = works.loc[odd[:n_wrong], ["painting"]].assign(dataset="demo", fault="wrong_label", partner="")
    truth["true_style"] = [NAMES[t].title() for t in true[odd[:n_wrong]]]
    return write_inputs(folder, paintings.iloc[order], works.iloc[order], features[order], pixels, truth)


def write_inputs(folder, paintings, works, features, pixels, truth) -> dict[str, Path]:
    names = {"features": "features", "paintings": "paintings.csv", "pack": "pictures.npy", "works": "works.csv"}
    paths = {key: folder / name for key, name in {**names, "classes": "classes.json", "truth": "truth.csv"}.items()}
    paths["features"].mkdir(parents=True)
    np.save(paths["features"] / "pooled.npy", np.asarray(features, np.float16)[:, None])
    np.save(paths["features"] / "boundary.npy", np.zeros((len(features), 1, 1), np.float16))
    columns = {"top_mean": [0, features.shape[1]]}
    facts = {"n_paintings": len(features), "paintings_md5": hash_paintings(paintings), "columns": columns}
    facts |= {"maps": {}, "covariance_columns": {}}
    (paths["features"] / "features.json").write_text(json.dumps(facts), encoding="utf-8")
    np.save(paths["pack"], np.asarray(pixels, np.uint8).ravel())
    paths["classes"].write_text(json.dumps(NAMES), encoding="utf-8")
    for key, table in (("paintings", paintings), ("works", works), ("truth", truth)):
        table.to_csv(paths[key], index=False)
    return paths

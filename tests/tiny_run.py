"""A tiny project state for tests: packed pictures of three easy classes, their tables, and a small backbone."""

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from keras import layers

import finetune_phase2
import pseudolabel_phase3
import train_phase1
from artstyle.features import extract_features
from artstyle.objectives import Objective, build_objective
from artstyle.tables import write_json, write_table

CLASSES = ["dots", "fields", "stripes"]
NO_AUGMENTATION = {
    "flip": False, "rotation_degrees": 0, "zoom": 0, "translation": 0, "brightness": 0, "contrast": 0, "noise": 0,
    "rand_augment": 0, "rand_augment_strength": 0.1,
}  # fmt: skip
AUGMENTATION = {**NO_AUGMENTATION, "flip": True, "brightness": 0.1, "noise": 4}
FIT = {
    "epochs": 2, "patience": 2, "batch": 8, "learning_rate": 1e-3, "warmup_share": 0.1, "weight_decay": 1e-2,
    "clip_norm": 1.0, "mixup": 0.0, "cutmix": 0.0, "ema_momentum": 0.0,
}  # fmt: skip
HEAD = {"dropout": 0.1, "hidden": 0, "covariances": False, "covariance_dropout": 0.5, "members": 1}
CONSISTENCY = {"threshold": 0.5, "ratio": 1, "momentum": 0.9, "precision": 0.9}
FIT_ALL = {name: value for name, value in FIT.items() if name != "patience"}
CRN = {
    "width": 8, "sequence": "rows", "n_heads": 2, "map_dropout": 0, "convlstm": True, "attention": True,
    "pyramid": True, "statistics": True,
}  # fmt: skip
LOSSES = {
    "label_smoothing": 0.05, "focal_gamma": 2.0, "effective_beta": 0.9, "logit_tau": 1.0, "ldam_margin": 0.5,
}  # fmt: skip
BALANCING = {"effective_beta": 0.9, "deferred_share": 0, "artist_exponent": 0}
OBJECTIVE = {
    "loss": "cross_entropy", "losses": LOSSES, "class_weights": "none", "sampling": "natural", "balancing": BALANCING,
}  # fmt: skip
# Works of one class on every side.
SIDES = ("train",) * 6 + ("validation",) * 3 + ("test",) * 3 + ("pool",) * 2


@dataclass(frozen=True)
class TinyRun:
    """Paths of a tiny project state, as dvc.yaml would name them."""

    folder: Path

    def __getattr__(self, name: str) -> Path:
        places = {
            "pack": "pictures.npy", "paintings": "paintings.csv", "works": "works.csv", "classes": "classes.json",
            "features": "features", "phase1": "models/phase1", "phase2": "models/phase2", "phase3": "models/phase3",
            "history1": "plots/phase1", "history2": "plots/phase2", "history3": "plots/phase3",
            "metrics1": "phase1.json", "metrics2": "phase2.json", "metrics3": "phase3.json",
        }  # fmt: skip
        if name not in places:
            raise AttributeError(name)
        return self.folder / places[name]


def draw_picture(label: str, side_px: int, random: np.random.Generator) -> np.ndarray:
    """Return uint8 (side_px, side_px, 3): three kinds of texture in random colours with a little noise."""
    dark, light = random.integers(20, 90, 3), random.integers(150, 235, 3)
    y, x = np.mgrid[:side_px, :side_px]
    shift = random.integers(0, 8)
    masks = {
        "dots": ((x + shift) % 8 < 3) & ((y + shift) % 8 < 3),
        "fields": (y + shift) > side_px // 2,
        "stripes": (x + shift) % 4 < 2,
    }
    picture = np.where(masks[label][..., None], light, dark) + random.normal(0, 4, (side_px, side_px, 3))
    return np.clip(picture, 0, 255).astype(np.uint8)


def write_tiny_run(folder: Path, *, side_px: int = 32, sides: tuple[str, ...] = SIDES, seed: int = 7) -> TinyRun:
    """Write pack, paintings, works and class list: one picture a class and entry of `sides`."""
    run = TinyRun(folder)
    random = np.random.default_rng(seed)
    rows, pixels = [], []
    for number, side in enumerate(sides):
        for label in CLASSES:
            pixels.append(draw_picture(label, side_px, random).ravel())
            artist = f"{side}-artist-{number % 2}"
            rows.append({"painting": f"{label.title()}/{artist}_{number}.jpg", "label": label, "artist": artist})
            rows[-1] |= {"split": side, "n_draws": 1, "family": rows[-1]["painting"]}
    order = sorted(range(len(rows)), key=lambda i: rows[i]["painting"])
    table = pd.DataFrame([rows[i] for i in order])
    folder.mkdir(parents=True, exist_ok=True)
    np.save(run.pack, np.concatenate([pixels[i] for i in order]))
    places = table[["painting"]].assign(pack_width_px=side_px, pack_height_px=side_px)
    write_table(run.paintings, places.assign(offset=np.arange(len(rows)) * side_px**2 * 3))
    write_table(run.works, table)
    write_json(run.classes, CLASSES)
    return run


def write_features(run: TinyRun, *, backbone: str = "efficientnet-lite0", freeze_share: float = 0.5, **changed) -> dict:
    """Extract the features of a tiny run (32 px, two views) into its folder."""
    options = {"picture_px": 32, "n_views": 2, "maps": False, "covariance_channels": 4, "seed": 1}
    options |= {"augmentation": AUGMENTATION, **changed}
    pack, paintings = np.load(run.pack), pd.read_csv(run.paintings)
    return extract_features(pack, paintings, run.features, backbone=backbone, freeze_share=freeze_share, **options)


def get_trained_run(tmp_path_factory) -> TinyRun:
    """Return a run trained through all three phases on Lite0, made once a test session; do not change its files.

    Phase 2 has a rate so much too high that it can only be worse than phase 1. The test side lacks the first class.
    """
    if not _TRAINED:
        run = write_tiny_run(tmp_path_factory.mktemp("trained"))
        works = pd.read_csv(run.works)
        works.loc[(works["split"] == "test") & (works["label"] == CLASSES[0]), "split"] = "unused"
        write_table(run.works, works)
        write_features(run, freeze_share=0.9)
        shutil.copy("params.yaml", run.folder)  # phase 1 checks what later stages will be asked for
        with contextlib.chdir(run.folder):  # outside of any repository, which DVCLive would look at
            _train(run)
        _TRAINED.append(run)
    return _TRAINED[0]


_TRAINED = []


# How `get_trained_run` is trained.
TRAINING = {
    "train_phase1": {"head": HEAD, "fit": {**FIT, "epochs": 6, "patience": 6, "learning_rate": 0.02}},
    "finetune_phase2": {
        "through": "cache",
        "layer_decay": 1,
        "blend": 1,
        "crop": 1,
        "fit": {**FIT, "learning_rate": 10, "warmup_share": 0, "weight_decay": 10},
    },
    "pseudolabel_phase3": {
        "method": "plain",
        "consistency": CONSISTENCY,
        "select": {"threshold": 0.5, "precision": 0.9, "max_share_per_class": 0.5},
        "weight": 0.5,
        "layer_decay": 0.5,
        "blend": 1,
        "crop": 1,
        "fit": {**FIT_ALL, "epochs": 1},
    },
}


def _train(run: TinyRun) -> None:
    inputs = (run.features, run.paintings, run.works, run.classes)
    common = {**OBJECTIVE, "seed": 1}
    first, second, third = ({name: values} for name, values in TRAINING.items())
    train_phase1.main(*inputs, run.phase1, run.history1, run.metrics1, **first, head="stats", **common)
    common["phases"] = 3
    outputs = (run.phase2, run.history2, run.metrics2)
    extraction = {"augmentation": AUGMENTATION}
    finetune_phase2.main(run.pack, *inputs, run.phase1, *outputs, extract_features=extraction, **second, **common)
    models, metrics = (run.phase1, run.phase2), (run.metrics1, run.metrics2)
    outputs = (run.phase3, run.history3, run.metrics3)
    pseudolabel_phase3.main(*inputs, *models, *metrics, *outputs, **third, split={"by": "random"}, **common)


def build_small_backbone(name: str, picture_px: int, *, pretrained: bool = True) -> keras.Model:
    """Stand in for `build_backbone`: seven blocks in the manner of EfficientNet, the same weights for each name."""
    del pretrained
    first = 100 if name == "efficientnet-lite2" else 0
    pixels = keras.Input((picture_px, picture_px, 3), name="pixels")
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="rescaling")(pixels)
    for number, (block, channels, stride) in enumerate(
        [("stem", 4, 2), ("block0", 6, 2), ("block1", 6, 2), ("block2", 8, 2), ("block3", 8, 1), ("block4", 10, 2)]
    ):
        start = keras.initializers.HeNormal(seed=first + number)
        x = layers.Conv2D(
            channels, 3, stride, padding="same", use_bias=False, kernel_initializer=start, name=f"{block}_conv"
        )(x)
        x = layers.BatchNormalization(name=f"{block}_bn")(x)
        x = layers.ReLU(6.0, name=f"{block}_relu")(x)
    start = keras.initializers.HeNormal(seed=first + 99)
    return keras.Model(pixels, layers.Conv2D(12, 1, kernel_initializer=start, name="top_conv")(x), name="small")


def use_small_backbone(monkeypatch) -> None:
    """Let features and networks be built on the small backbone."""
    monkeypatch.setattr("artstyle.joint_backbone.build_backbone", build_small_backbone)


def make_objective(n_works=(4, 4, 4), **changed) -> Objective:
    """Return an objective for classes of the given sizes; keywords change the defaults of `OBJECTIVE`."""
    names = [f"class{i}" for i in range(len(n_works))]
    return build_objective(names, np.array(n_works), **{**OBJECTIVE, **changed})

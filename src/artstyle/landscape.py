"""Lay works out on a plane so that those that look alike to the model lie near each other."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from artstyle.class_styles import style_marker
from artstyle.figures import save_figure, use_style

MOST_WORKS = 2000
N_COMPONENTS = 50
PERPLEXITY = 30
MOST_CLASSES = 24  # in the legend


def choose_works(n: int, seed: int, most: int = MOST_WORKS) -> np.ndarray:
    """Return at most so many of `n` rows, ascending, drawn without replacement."""
    return np.sort(np.random.default_rng(seed).permutation(n)[:most])


def project_features(features: np.ndarray, seed: int) -> np.ndarray:
    """Return a place on the plane for each row of features (n, columns), float64 (n, 2), without a unit.

    Features are standardised and reduced to 50 principal components before. Near places mean alike; distances between
    far groups mean nothing. One thread, so that the same features give the same places.

    Source: van der Maaten and Hinton, "Visualizing data using t-SNE" (JMLR 2008).
    """
    spread = features.std(axis=0)
    scaled = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1)
    scaled = np.pad(scaled, ((0, 0), (0, max(2 - scaled.shape[1], 0))))  # a plane needs two
    n, n_columns = scaled.shape
    if n < 5 or not spread.any():  # too few for neighbourhoods, or all alike
        return scaled[:, :2].astype(np.float64)
    with threadpool_limits(1):
        reduced = PCA(min(N_COMPONENTS, n, n_columns), svd_solver="full").fit_transform(scaled)
        places = TSNE(perplexity=min(PERPLEXITY, (n - 1) / 3), init="pca", random_state=seed, n_jobs=1)
        return places.fit_transform(reduced).astype(np.float64)


def draw_landscape(path: Path, places: pd.DataFrame, class_names: list[str]) -> None:
    """Draw works as points; each class has its own pair of colour and marker, in the model's order.

    Of more than 24 classes only those with most works are told apart, the others are small and grey.

    Args:
        places: columns class, x, y.
    """
    with use_style():
        figure = Figure(figsize=(9.5, 7))
        axes = figure.add_subplot()
        largest = places["class"].value_counts(sort=True).index[:MOST_CLASSES]
        named = [name for name in class_names if len(class_names) <= MOST_CLASSES or name in largest]
        others = places[~places["class"].isin(named)]
        if len(others):
            label = f"others ({len(others)})"
            axes.scatter(others["x"], others["y"], s=6, c="#bbbbbb", linewidths=0, label=label)
        for number, name in enumerate(named):
            rows = places[places["class"] == name]
            colour, marker = style_marker(number)
            label = f"{name.replace('_', ' ')} ({len(rows)})"
            axes.scatter(rows["x"], rows["y"], s=16, c=colour, marker=marker, alpha=0.75, linewidths=0, label=label)
        axes.set(xticks=[], yticks=[], aspect="equal", title=f"{len(places)} works as the model's last layer sees them")
        axes.spines[:].set_visible(False)
        axes.set_xlabel("t-SNE: works that lie together look alike to the model; the axes have no meaning")
        legend = figure.legend(loc="outside right upper", frameon=False, title="given class (works)", markerscale=2)
        for text in legend.get_texts():
            text.set_parse_math(False)
        save_figure(path, figure)

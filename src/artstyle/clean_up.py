"""Does cleaning up help? Plant wrong labels in training, treat the top suspects, train again, test on clean labels."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from artstyle.baselines import TOLERANCE, fit_quietly
from artstyle.combination import combine
from artstyle.evidence import Evidence, encode_labels
from artstyle.label_noise import find_similar, flip_labels
from artstyle.label_review import Options, review_labels
from artstyle.scores import macro_f1

TREATMENTS = ("clean", "noisy", "dropped", "relabelled")
C_VALUES = (1e-4, 1e-3, 1e-2)
N_COMPONENTS = 256


@dataclass(frozen=True)
class Side:
    """Works of one side of the split: points float32 (n, p) and true class indices, int (n,)."""

    points: np.ndarray
    labels: np.ndarray


def reduce_sides(vectors: dict[str, np.ndarray], works: dict[str, pd.DataFrame], names: list[str]) -> dict[str, Side]:
    """Return every side in the principal components of the training works.

    Args:
        vectors: side -> features, float (n, d); `train` among them.
        works: side -> works, in the same order.
    """
    n_components = min(N_COMPONENTS, *vectors["train"].shape)
    reduce = make_pipeline(StandardScaler(), PCA(n_components, svd_solver="full")).fit(vectors["train"])
    return {side: Side(reduce.transform(x), encode_labels(works[side], names)) for side, x in vectors.items()}


def treat_suspects(labels: np.ndarray, likely: np.ndarray, suspicion: np.ndarray, n: int) -> dict[str, tuple]:
    """Return labels and works kept, bool, after each treatment of the `n` most suspicious works.

    Args:
        labels, likely: given class and the most probable one, int (m,).
        suspicion: float (m,), higher is more suspicious.
    """
    top = np.zeros(len(labels), bool)
    top[np.argsort(-suspicion, kind="stable")[:n]] = True
    everything = np.ones(len(labels), bool)
    return {
        "noisy": (labels, everything),
        "dropped": (labels, ~top),
        "relabelled": (np.where(top, likely, labels), everything),
    }


def run_clean_up(
    evidence: Evidence,
    sides: dict[str, Side],
    weights: dict[str, float],
    options: Options,
    *,
    share: float,
    kind: str,
    seed: int,
) -> pd.DataFrame:
    """Return one row a treatment: works learned from, wrong labels among them, accuracy and macro-F1 on test.

    As many suspects are treated as labels were planted; whoever cleans up for real does not know this number.

    Args:
        evidence: of the training works, in the order of `sides["train"]`.
        sides: `train`, `validation` (chooses the regularisation) and `test`, with clean labels.
        weights: of the combined score.
        share, kind: of the planted noise, see `flip_labels`.
    """
    true, n_classes = sides["train"].labels, evidence.n_classes
    rng = np.random.default_rng([seed, *b"clean_up", *kind.encode()])
    with threadpool_limits(1):
        review = review_labels(evidence, true, options, seed)
        similar = find_similar(review.probabilities, true, evidence.trusted)
        noisy, wrong = flip_labels(true, evidence.trusted, kind, share, similar, rng)
        review = review_labels(evidence, noisy, options, seed)
        suspicion, likely = combine(review.suspicions, weights), review.probabilities.argmax(1)
        treated = {"clean": (true, np.ones(len(true), bool))}
        treated |= treat_suspects(noisy, likely, suspicion, int(wrong.sum()))
        rows = []
        for name in TREATMENTS:
            labels, kept = treated[name]
            predicted = _train(Side(sides["train"].points[kept], labels[kept]), sides["validation"], sides["test"])
            test = sides["test"].labels
            accuracy = {"test_accuracy": np.mean(predicted == test)}
            scores = {**accuracy, "test_macro_f1": macro_f1(test, predicted, n_classes)}
            counts = {"n_train": int(kept.sum()), "n_wrong": int((labels != true)[kept].sum())}
            rows.append({"kind": kind, "share": share, "seed": seed, "treatment": name, **counts, **scores})
    return pd.DataFrame(rows)


def _train(train: Side, validation: Side, test: Side) -> np.ndarray:
    """Return predicted test labels of the linear head with the best accuracy on validation."""
    heads = []
    for c in C_VALUES:
        head = LogisticRegression(C=c, max_iter=200, tol=TOLERANCE)
        fit_quietly(head, train.points, train.labels)
        heads.append((np.mean(head.predict(validation.points) == validation.labels), head))
    return max(heads, key=lambda pair: pair[0])[1].predict(test.points)

import numpy as np
import pandas as pd

from artstyle.evaluation_names import FINAL
from artstyle.reports import draw_report
from made_predictions import make_predictions


def test_plots_are_complete_and_the_same_bytes_each_time(tmp_path):
    table = make_predictions([0, 1, 1, 0], {FINAL: np.eye(3)[[0, 1, 0, 0]] * 0.7 + 0.1})
    history = pd.DataFrame({"step": [0, 1], "phase": "phase 1", "loss": [2, 1], "val_loss": [2, 1.5]})
    history = history.assign(accuracy=[0.4, 0.5], val_accuracy=[0.3, 0.4])
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        draw_report(table, history, folder)
    first, again = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert first == again
    assert sorted(first) == [
        "confusion.csv", "confusion.svg", "per_class.csv", "per_class_f1.svg", "precision_recall.svg",
        "reliability.svg", "reliability_after.csv", "reliability_before.csv",
        "training_accuracy.svg", "training_loss.svg",
    ]  # fmt: skip
    confusion = pd.read_csv(tmp_path / "a" / "confusion.csv")
    assert confusion.to_numpy().tolist() == [["cubism"] * 2, ["pop_art"] * 2, ["pop_art", "cubism"], ["cubism"] * 2]

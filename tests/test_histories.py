import pytest

from artstyle.errors import UserError
from artstyle.histories import read_histories


def write(folder, values: dict[str, list[float]]):
    for name, column in values.items():
        path = folder / "plots" / "metrics" / f"{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [f"{step}\t{value}" for step, value in enumerate(column)]
        path.write_text("\n".join([f"step\t{name.split('/')[-1]}", *rows]) + "\n")
    return folder


def test_histories_stand_one_after_the_other(tmp_path):
    names = ("train/loss", "train/accuracy", "validation/loss", "validation/accuracy")
    one = write(tmp_path / "one", dict(zip(names, ([3, 2], [0.1, 0.2], [4, 3], [0.3, 0.4]), strict=True)))
    two = write(tmp_path / "two", dict(zip(names, ([1], [0.5], [2], [0.6]), strict=True)))
    table = read_histories({"phase 1": one, "phase 2": two})
    assert table.to_dict("list") == {
        "step": [0, 1, 0], "loss": [3, 2, 1], "accuracy": [0.1, 0.2, 0.5], "val_loss": [4, 3, 2],
        "val_accuracy": [0.3, 0.4, 0.6], "phase": ["phase 1", "phase 1", "phase 2"],
    }  # fmt: skip


def test_a_missing_history_is_named(tmp_path):
    folder = write(tmp_path / "one", {"train/loss": [1], "train/accuracy": [1], "validation/loss": [1]})
    with pytest.raises(UserError, match=r"validation/accuracy\.tsv: no such file"):
        read_histories({"phase 1": folder})

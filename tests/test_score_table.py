import pytest

from artstyle import score_table
from artstyle.score_table import format_scores, main
from artstyle.tables import write_json

SHORT = {"n": 40, "accuracy": 0.25, "macro_f1": 0.125, "loss": 1.5, "ece": 0.05}
INTERVALS = {"accuracy": {"low": 0.701, "high": 0.8449}, "macro_f1": {"low": 0.65, "high": 0.7654}}
METRICS = {
    "final": {"chosen": "phase2", "why": "because", "refit": False},
    "test": {
        "n": 40,
        "accuracy": 0.775,
        "loss": 0.6543,
        "ece": 0.0321,
        "macro": {"f1": 0.7129},
        "intervals": INTERVALS,
    },
    "split": {"by": "random", "note": "The split is random. " + "A lookup reaches as much. " * 4},
    "baselines": {"majority": SHORT, "artist_lookup": {**SHORT, "accuracy": 1}, "linear": SHORT},
}


def test_the_table_in_percent_and_shares():
    assert format_scores(METRICS).splitlines() == [
        "scores on 40 test works",
        "                              accuracy  macro-F1    loss     ECE",
        "model (phase2)                   77.5%     0.713   0.654   0.032",
        "baseline: majority               25.0%     0.125   1.500   0.050",
        "baseline: artist lookup         100.0%     0.125   1.500   0.050",
        "baseline: linear                 25.0%     0.125   1.500   0.050",
        "",
        "95 % intervals of the model, artists resampled: accuracy 70.1% to 84.5%, macro-F1 0.650 to 0.765.",
        "The split is random. A lookup reaches as much. A lookup reaches as much. A lookup reaches as much. A",
        "lookup reaches as much.",
    ]


def test_works_judged_together_have_a_row():
    together = {"accuracy": 0.9, "macro_f1": 0.875, "loss": 0.5, "ece": 0.0625}
    lines = format_scores({**METRICS, "together": together}).splitlines()
    assert lines[3] == "model, judged together           90.0%     0.875   0.500   0.062"
    assert lines[-2].startswith("Judged together: ")


def test_a_refitted_model_is_called_so():
    final = {**METRICS["final"], "refit": True}
    assert "model (phase2, refit)            77.5%" in format_scores({**METRICS, "final": final})


def test_main_reads_the_metrics_and_says_where_everything_is(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_json(score_table.METRICS, METRICS)
    main()
    shown = capsys.readouterr().out
    assert "model (phase2)" in shown
    for place in ("metrics/evaluate.json", "plots/evaluate/", "data/outliers.csv", "models/final/"):
        assert place in shown


def test_without_metrics_it_says_what_to_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    expected = "score_table: error: metrics/evaluate.json: no such file; run `dvc repro` first\n"
    assert capsys.readouterr().err == expected

"""Plant wrong labels in training, clean up by the ranking, train again: writes results/<dataset>/clean_up.csv.

Run it after the stage `outliers`, whose rule it uses: python src/clean_up_experiment.py
"""

import argparse
from pathlib import Path

from threadpoolctl import threadpool_limits

from artstyle.clean_up import reduce_sides, run_clean_up
from artstyle.commands import find_commit, number_between, tell_mistakes
from artstyle.errors import UserError
from artstyle.evidence import gather_evidence, measure_looks, place_works, read_vectors
from artstyle.feature_store import open_features
from artstyle.label_noise import KINDS
from artstyle.label_review import Options, gather_works
from artstyle.packing import open_pack
from artstyle.parameters import call, check_name, load_parameters
from artstyle.results import find_data_hash
from artstyle.tables import join_tables, read_json, read_table, write_table

SIDES = ("train", "validation", "test")


def main() -> None:
    """Run the experiment in the current folder."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=number_between(0, 2**32 - 1, int), nargs="+", default=[1, 2, 3])
    parser.add_argument(
        "--share", type=number_between(0.001, 0.5), default=0.10, help="share of the training labels that is made wrong"
    )
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder with the outputs of the stages")
    parser.add_argument("--metrics", type=Path, default=Path("metrics/outliers.json"), help="where the rule stands")
    arguments = parser.parse_args()
    with tell_mistakes("clean_up_experiment"), threadpool_limits(1):  # sums in the same order whatever the machine
        place = experiment(arguments)
    print(f"{place}: written")


def experiment(arguments: argparse.Namespace) -> Path:
    """Return the path of the table that was written."""
    commit = find_commit(Path("."))
    parameters = load_parameters(Path("params.yaml"), ("outliers", "dataset", "seed"))
    dataset, outliers = check_name("dataset", parameters["dataset"]), parameters["outliers"]
    facts = {"dataset": dataset, "data_md5": find_data_hash(Path("."), dataset), "commit": commit}
    options = call(Options, section="outliers.judge", values=outliers["judge"], forest=outliers["forest"])
    measured = read_json(arguments.metrics)
    if "rule" not in measured:
        raise UserError(f"{arguments.metrics}: lacks 'rule'; run `dvc repro outliers`")
    weights = measured["rule"]["weights"]
    data = arguments.data
    table, names = read_table(data / "filtered" / "paintings.csv"), read_json(data / "sampled" / "classes.json")
    store = open_features(data / "features", table)
    works = gather_works(read_table(data / "split" / "works.csv"), table, names)
    works = {side: works[works["split"] == side].reset_index(drop=True) for side in SIDES}
    works["train"] = place_works(works["train"], names, n_folds=options.n_folds, seed=parameters["seed"])
    vectors = {side: read_vectors(works[side], store, options.features) for side in SIDES}
    looks = measure_looks(works["train"], open_pack(data / "filtered" / "pictures.npy"))
    inputs = (works["train"], vectors["train"], looks, names, options.n_components)
    evidence = call(gather_evidence, *inputs, section="outliers.describe", values=outliers["describe"])
    sides = reduce_sides(vectors, works, names)
    tables = []
    for kind in arguments.kinds:
        for seed in arguments.seeds:
            scored = run_clean_up(evidence, sides, weights, options, share=arguments.share, kind=kind, seed=seed)
            tables.append(scored)
            scores = zip(scored["treatment"], scored["test_accuracy"], strict=True)
            print(f"{kind}, seed {seed}: " + ", ".join(f"{name} {accuracy:.3f}" for name, accuracy in scores))
    options = f"--share {arguments.share:g} --seeds {' '.join(map(str, arguments.seeds))}"
    command = f"python src/clean_up_experiment.py {options} --kinds {' '.join(arguments.kinds)}"
    place = Path("results") / dataset / "clean_up.csv"
    write_table(place, join_tables(tables).assign(**facts, command=command))
    return place


if __name__ == "__main__":
    main()

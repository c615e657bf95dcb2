#!/bin/sh
# Run the pipeline on the real paintings, once with artists kept apart and once at random, and collect the results.
set -eu
cd "$(dirname "$0")/.."
for mode in artist random; do
    dvc exp run -n "wikiart-$mode" -S dataset=wikiart -S "split.by=$mode"
    python src/collect_results.py --command "dvc exp run -S dataset=wikiart -S split.by=$mode"
done
# Back to the committed state: the demo set.
git checkout --quiet -- params.yaml dvc.lock metrics plots
dvc checkout --quiet --allow-missing

#!/bin/sh
# Run the pipeline on the real paintings, once with artists kept apart and once at random, and collect the results.
set -eu
cd "$(dirname "$0")/.."
changed=$(git status --porcelain -- params.yaml dvc.lock dvc.yaml metrics plots src)
if [ -n "$changed" ]; then
    echo "error: changed and not committed, and would be overwritten (commit or restore it first): $changed" >&2
    exit 1
fi
put_back() { # the committed state: the demo set
    git checkout --quiet -- params.yaml dvc.lock metrics plots
    dvc checkout --quiet --allow-missing
}
trap put_back EXIT
for mode in artist random; do
    dvc exp remove --quiet "wikiart-$mode" 2>/dev/null || true # of an earlier run
    dvc exp run -n "wikiart-$mode" -S dataset=wikiart -S "split.by=$mode"
    python src/collect_results.py --command "dvc exp run -S dataset=wikiart -S split.by=$mode"
done

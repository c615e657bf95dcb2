"""Look into a network: what its last layer sees, and its coarsest map, from the inputs of its tail."""

import keras
import numpy as np

from artstyle.feature_store import FeatureStore, iterate_plain_views
from artstyle.heads import name_inputs
from artstyle.inference import predict_batches
from artstyle.networks import Network


def build_inspector(network: Network) -> keras.Model:
    """Return the tail with more outputs: {map_0, map_1, ..., embedding (batch, columns), logits}.

    Maps (batch, h, w, channels) are the feature levels above the freeze boundary, coarse to fine, and the top map. A
    head need not read all of them. `embedding` is what the layer of the logits sees. Weights are shared.
    """
    tail, head = network.tail, network.head
    body = keras.Model(head.inputs, [head.get_layer("head_logits").input, head.output], name="body")
    embedding, logits = body([_find_input(network, name) for name in name_inputs(head)])
    seen = [f"tail_statistics_{i}" for i in reversed(range(len(network.backbone.upper_levels)))] + ["tail_top_mean"]
    outputs = {f"map_{i}": tail.get_layer(name).input for i, name in enumerate(seen)}
    outputs |= {"embedding": embedding, "logits": logits}
    return keras.Model(tail.input, outputs, name="inspector")


def embed_rows(network: Network, store: FeatureStore, rows: np.ndarray) -> np.ndarray:
    """Return what the layer of the logits sees of rows of the cache in their plain view, float32 (n, columns)."""
    inspector = build_inspector(network)
    embedder = keras.Model(inspector.inputs, inspector.output["embedding"])
    names = name_inputs(embedder)
    inputs = iterate_plain_views(store, names, rows)
    return predict_batches(embedder, ([read[name] for name in names] for read in inputs))


def _find_input(network: Network, name: str) -> keras.KerasTensor:
    """Return the tensor inside the tail that enters the head under this name."""
    tail = network.tail
    made = {layer.name: layer for layer in tail.layers}
    if name == "pooled":
        return made["tail_pooled"].output
    if name in tail.input:
        return tail.input[name]
    if f"tail_{name}" in made:
        return made[f"tail_{name}"].output
    return made[f"tail_statistics_{network.backbone.upper_levels.index(name.split('_')[1])}"].input

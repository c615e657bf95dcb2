"""Names of the parameters that make an objective (no TensorFlow)."""

# At the top of params.yaml; what they mean is said by `artstyle.objectives.build_objective`.
OBJECTIVE = ("loss", "losses", "class_weights", "sampling", "balancing")

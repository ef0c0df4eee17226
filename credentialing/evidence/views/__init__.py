"""Pages of evidence, one module per concept."""

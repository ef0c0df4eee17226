"""Forms of evidence, one module per concept."""

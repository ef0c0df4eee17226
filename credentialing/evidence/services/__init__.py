"""Everything that changes evidence, one module per concept."""

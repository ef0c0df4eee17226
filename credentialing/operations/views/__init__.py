"""The pages of operations: the demo's mail, and the administrator's view of what waits."""

"""Whether the tests notice when the code is changed: `bin/mutation` (docs/mutation.md). Not part of the suite."""

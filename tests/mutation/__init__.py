"""Whether the tests notice when the code is changed: `bin/mutation`, explained in docs/mutation.md. Not part of the suite."""

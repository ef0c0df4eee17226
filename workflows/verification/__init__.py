"""Whether what is stored is what was recorded: everything that honest use can't have made is named.

`examine()` goes through tree, checkpoints, chains, sealed rows and files, and the rules that other packages have
registered with `examination`. It streams and keeps no more than one chunk in memory.
"""

from workflows.verification.examining import Examination, examination, examine
from workflows.verification.findings import Finding, Progress

__all__ = ["Examination", "Finding", "Progress", "examination", "examine"]

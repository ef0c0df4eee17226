"""Everything that changes a case (by concept: drafts, supervision, lifecycle, certification)."""

"""Pictures of paper: opening them upright, looking at how well they came out, and mending them. Pure; no rows, no rules."""

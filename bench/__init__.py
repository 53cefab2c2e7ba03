"""What the portal can do, measured: ``python -m bench [name ...]``, one JSON line a figure."""

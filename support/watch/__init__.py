"""The watch: a process of its own that sees what stands still and says so, whatever else has died."""

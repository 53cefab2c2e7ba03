"""A stand-in for a bank: it takes codes, tells of transfers, and writes statements; with faults on order."""

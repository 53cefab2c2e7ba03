"""What is paid for a dossier and given back, and the code a bank's app reads to pay it."""

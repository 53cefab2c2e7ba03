"""A stand-in for VNeID with made-up people, for demonstrations and tests: allauth's own OpenID Connect provider.

It runs as a site of its own, with its own settings and database, so that nothing of the portal knows it but an address.
"""

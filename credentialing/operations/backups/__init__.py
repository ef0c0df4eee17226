"""Copies of everything the service can't do without, made while it runs, and put back onto an empty machine.

A backup is a folder: the database, the stored files, the signed checkpoints, the public halves of the keys, and a
`manifest.json` with the SHA-256 of each. Private keys are in it only when asked for (docs/operations.md).
"""

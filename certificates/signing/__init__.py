"""The signature of a document: put there once, looked at whenever somebody shows one.

`sealing.seal_document` signs, `examining.examined` looks, in a child of `certificates.looking`. An invisible PAdES
certification signature that allows no change. pyHanko is imported where it is needed: web workers never do.
"""

"""The signature of a document: put there once, looked at whenever somebody shows one.

`sealing.seal_document` signs, `checking.document_check` looks. An invisible PAdES certification signature that allows
no change. pyHanko is imported where it is needed: it takes half a second, and web workers never do.
"""

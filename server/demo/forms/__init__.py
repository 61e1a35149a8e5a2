"""The demo's two forms: their words as Python data, the builder that writes them as XLSForms, and the .xlsx themselves.

An author works in Excel; these two are kept as data so that a change shows in a review. After one, give it a new version
and run `python -m server.demo.forms.build`; a test holds the .xlsx to the data. The area is never asked: the app knows it.
"""

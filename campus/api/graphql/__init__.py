"""GraphQL: one address over the verbs and named reads of the rooms below.

A document is parsed, weighed and validated once (`guards`, `documents`), then executed on the schema (`schema`), whose types
translate and decide nothing. Whatever is listed is read in batches: the number of statements does not grow with the page.
"""

"""The house rules, one module per kind. Every rule is a generator over a Tree that yields Breach."""

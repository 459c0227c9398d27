"""The options of each family of verbs."""

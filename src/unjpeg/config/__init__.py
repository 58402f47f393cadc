"""What a study is: typed once here; schema, defaults and reference are derived from it."""

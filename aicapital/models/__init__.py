"""Economic mechanisms as pure functions: one module a mechanism, no input or output, money in USD bn."""

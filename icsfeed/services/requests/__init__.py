"""Plain data of every interface (options, JSON, forms, TOML) becomes a typed request, or all of its errors."""

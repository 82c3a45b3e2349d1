"""The built-in demo: a small CLIP and its experts, trained from data that package registries ship."""

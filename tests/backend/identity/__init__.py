"""Keep what signing in by an identity provider promises."""

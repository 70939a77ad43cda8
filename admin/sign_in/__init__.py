"""Pages to sign in, to choose passphrase, second factor and territory, and to see one's own sessions."""

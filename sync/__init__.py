"""The engine between tablets and server: pure Python, no I/O, no clock."""

"""Keys of what is sealed in the database: which are in use, and sealing everything anew under the present one."""

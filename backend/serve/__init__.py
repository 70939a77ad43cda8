"""Run the processes of the product: web server, worker, migrations."""

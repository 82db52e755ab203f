"""Where the server keeps things: tables, engines, migrations, and ways to write many rows at once."""

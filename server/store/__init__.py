"""Where the server keeps things: tables, engines and migrations. SQL stays below this floor and the use cases above it."""

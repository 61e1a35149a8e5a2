"""Piccolo's migration files: expand only, the same on SQLite and PostgreSQL, each tested from an old database with rows."""

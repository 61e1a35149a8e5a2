"""The project of the HTTP tests: Alice, Bob and Charlie in three communes, Cora who leads the first, Stan and Ada."""

from tests.http.conftest import client, clock, db, invite, phone_of, rules, served, tables

__all__ = ["client", "clock", "db", "invite", "phone_of", "rules", "served", "tables"]

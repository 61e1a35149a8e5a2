"""Everything that rests in the database. Only here Piccolo and SQL; takes and gives frozen structs, never rows."""

"""How records get into the database: through the spool on a disk, or at once."""

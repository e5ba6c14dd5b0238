"""Every module that writes or reads files, in every surrounding that is hard: tables, and a test for each pair."""

"""Real SSH servers on loopback, with throw-away keys and users; everything that starts here is stopped here."""

"""What runs leave behind for later: their events, on this machine, for their user only."""

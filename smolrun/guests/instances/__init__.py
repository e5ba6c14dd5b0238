"""What machines were made on this machine, and by whom: so that none is ever left behind unseen."""

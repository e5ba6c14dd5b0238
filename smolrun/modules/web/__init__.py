"""What the modules that speak HTTP have in common: the guest's own tools make the request, never the controller."""

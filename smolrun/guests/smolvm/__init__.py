"""SmolVM microVMs, by the package ``smolvm`` (``pip install 'smolrun[smolvm]'``)."""

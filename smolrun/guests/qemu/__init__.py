"""Machines made by QEMU from images of one's own, without any other package."""

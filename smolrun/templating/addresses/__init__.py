"""IP and hardware addresses, for the filters of ``ansible.utils``. netaddr is imported when one of them is used."""

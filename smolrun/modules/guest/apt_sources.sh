# Tells the lines of apt's sources. After system.sh.

for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
	[ -f "$list" ] || continue
	fact list "$list"
	file text "$list"
done
need apt-get

# Tells what stands behind a name that alternatives manage. After system.sh.
#
# Set before it: name.

: "${name=}"

tool=
for each in update-alternatives alternatives; do
	if [ -z "$tool" ] && has "$each"; then tool=$each; fi
done
[ -n "$tool" ] || need update-alternatives
fact tool "$tool"
if said=$("$tool" --query "$name" 2>/dev/null </dev/null); then
	fact query "$said"
elif said=$("$tool" --display "$name" 2>/dev/null </dev/null); then
	fact display "$said"
fi

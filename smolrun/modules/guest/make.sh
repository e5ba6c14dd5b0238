# Asks make whether there is anything to do. After system.sh.
#
# Set before it: chdir; program (or empty: gmake, else make); show (yes: also what it would run). A function
# `run_make OPTION...` runs "$program" with the user's words.

: "${chdir=}" "${program=}" "${show=}"

if [ -z "$program" ]; then
	if has gmake; then program='gmake'; else program='make'; fi
fi
need "$program"
fact program "$program"
if ! cd -- "$chdir" 2>/dev/null; then
	fact problem folder
else
	fact place "$PWD"
	said=$(run_make -q 2>&1 </dev/null)
	fact status "$?"
	fact said "$said"
	if [ "$show" = yes ]; then fact commands "$(run_make -n 2>/dev/null </dev/null)"; fi
fi

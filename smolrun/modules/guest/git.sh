# Brings a clone of a git repository to a version. After system.sh.
#
# Set before it: git (the program); repo, dest, version, remote; words that are yes or empty: check update clone force
# recursive bare single_branch track verify; depth, refspec, reference, separate, mask, archive with its format and
# prefix, trusted (fingerprints) (empty: not asked for).

: "${git=}" "${repo=}" "${dest=}" "${version=}" "${remote=}" "${check=}" "${update=}" "${clone=}" "${force=}"
: "${recursive=}" "${bare=}" "${single_branch=}" "${track=}" "${verify=}" "${depth=}" "${refspec=}" "${reference=}"
: "${separate=}" "${mask=}" "${archive=}" "${format=}" "${prefix=}" "${trusted=}"

need "$git"
GIT_TERMINAL_PROMPT=0
export GIT_TERMINAL_PROMPT
if [ -n "$mask" ]; then umask "$mask"; fi

# failed WHAT: ends it; what git said is on stderr.
failed() {
	fact problem "$1"
	exit 0
}

here() {
	"$git" --git-dir="$store" ${tree:+--work-tree="$tree"} "$@" </dev/null
}

# archived: sees to the archive of what is checked out, or tells that it would be made anew.
archived() {
	[ -n "$archive" ] || return 0
	treeish=HEAD
	if [ "$bare" = yes ] || [ "$update" != yes ]; then treeish=$version; fi
	set -- archive "--format=$format" ${prefix:+--prefix="$prefix"} "$treeish"
	if [ -e "$archive" ] && here "$@" 2>/dev/null | cmp -s - "$archive"; then return 0; fi
	fact changed yes
	[ "$check" != yes ] || return 0
	new=$archive.$$
	{ here "$@" >"$new" && mv -f -- "$new" "$archive"; } || {
		rm -f -- "$new"
		failed archive
	}
}

# verified: the version is signed, by one of the trusted keys where some are told.
verified() {
	[ "$verify" = yes ] || return 0
	said=$("$git" verify-commit --raw HEAD 2>&1 </dev/null) || said=$("$git" verify-tag --raw "$version" 2>&1 </dev/null) || {
		printf '%s\n' "$said" >&2
		failed verify
	}
	[ -n "$trusted" ] || return 0
	signature=${said#*VALIDSIG } newline='
'
	for key in $trusted; do
		case " ${signature%%"$newline"*} " in *" $key "*) return 0 ;; esac
	done
	failed untrusted
}

store=$dest/.git tree=$dest
if [ "$bare" = yes ]; then store=$dest tree=; fi
before=
if [ -e "$store/HEAD" ] || [ -f "$store" ]; then
	there=yes
	before=$(here rev-parse --verify -q HEAD 2>/dev/null)
else
	there=
fi
fact before "$before"

# Where the version leads: `wanted` is a commit, or empty where only fetching tells; `branch` is its name if it is one.
wanted='' branch=''
resolve() {
	case $version in
	HEAD)
		listed=$("$git" ls-remote --symref -- "$repo" HEAD </dev/null) || failed remote
		;;
	*)
		listed=$("$git" ls-remote -- "$repo" "$version" "refs/heads/$version" "refs/tags/$version" "refs/tags/$version^{}" </dev/null) || failed remote
		;;
	esac
	IFS='
'
	for line in $listed; do
		found=${line%%	*} name=${line#*	}
		case $name in
		HEAD)
			case $found in
			'ref: '*) branch=${found#ref: refs/heads/} ;;
			*) wanted=$found ;;
			esac
			;;
		"refs/heads/$version") branch=$version wanted=$found ;;
		"refs/tags/$version" | "refs/tags/$version^{}")
			[ -n "$branch" ] || wanted=$found # an annotated tag's commit is listed after the tag
			;;
		"$version") wanted=$found ;;
		esac
	done
	unset IFS
	if [ -z "$wanted" ]; then
		case $version in
		*[!0-9a-f]* | ??????) ;;
		*) wanted=$version ;;
		esac
	fi
}

if [ -z "$there" ]; then
	if [ -d "$dest" ] && [ -n "$(ls -A "$dest")" ]; then failed occupied; fi
	resolve
	fact after "$wanted"
	if [ "$clone" != yes ] || [ "$check" = yes ]; then
		fact changed yes
		exit 0
	fi
	if [ ! -d "${dest%/*}" ]; then mkdir -p -- "${dest%/*}" || failed folder; fi
	set -- clone --origin "$remote"
	if [ "$bare" = yes ]; then set -- "$@" --bare; fi
	if [ -n "$depth" ] && { [ -n "$branch" ] || [ "$version" = HEAD ] || [ -z "$refspec" ]; }; then set -- "$@" --depth "$depth"; fi
	if [ "$single_branch" = yes ]; then set -- "$@" --single-branch; fi
	if [ -n "$reference" ]; then set -- "$@" --reference "$reference"; fi
	if [ -n "$separate" ]; then set -- "$@" --separate-git-dir="$separate"; fi
	case $version in
	HEAD | *[!0-9a-zA-Z._/-]*) ;;
	*)
		listed_name=
		case $wanted in "$version") ;; ?*) listed_name=$version ;; esac
		if [ -n "$listed_name" ]; then set -- "$@" --branch "$listed_name"; fi
		;;
	esac
	"$git" "$@" -- "$repo" "$dest" </dev/null >&2 || failed clone
	fact changed yes
else
	url=$(here config --get "remote.$remote.url")
	if [ -n "$url" ] && [ "$url" != "$repo" ]; then
		fact changed yes
		fact remote_url_changed yes
		if [ "$check" != yes ]; then here remote set-url "$remote" "$repo" || failed remote; fi
	fi
	if [ "$update" != yes ]; then
		fact after "$before"
		archived
		exit 0
	fi
	if [ "$bare" != yes ] && [ -n "$(cd "$dest" && "$git" status --porcelain --untracked-files=no </dev/null)" ]; then
		[ "$force" = yes ] || failed modified
		fact changed yes
		if [ "$check" != yes ]; then (cd "$dest" && "$git" reset -q --hard HEAD </dev/null >&2) || failed reset; fi
	fi
	resolve
	case $before in
	"$wanted"*) same=yes ;;
	*) same= ;;
	esac
	[ -n "$wanted" ] || same=
	if [ "$same" = yes ] && [ -n "$branch" ] && [ "$bare" != yes ]; then
		[ "$(here symbolic-ref -q --short HEAD)" = "$branch" ] || same=
	fi
	if [ "$same" != yes ]; then
		[ "$before" = "$wanted" ] || fact changed yes
		fact after "$wanted"
		[ "$check" != yes ] || exit 0
		set -- fetch --force --tags ${depth:+--depth "$depth"} "$remote"
		if [ "$bare" = yes ]; then
			set -- "$@" '+refs/heads/*:refs/heads/*'
		elif [ -n "$branch" ]; then
			set -- "$@" "+refs/heads/$branch:refs/remotes/$remote/$branch"
		elif [ -n "$depth" ] && [ -n "$wanted" ]; then
			set -- "$@" "$wanted"
		fi
		if [ -n "$refspec" ]; then set -- "$@" "$refspec"; fi
		here "$@" >&2 || failed fetch
		if [ -z "$branch" ] && [ "$bare" != yes ] && [ -z "$depth" ]; then here fetch --force "$remote" >&2 || failed fetch; fi
	fi
	if [ "$check" = yes ]; then
		archived
		exit 0
	fi
fi

if [ "$bare" != yes ]; then
	cd "$dest" || failed folder
	if [ -n "$refspec" ] && [ -z "$there" ]; then "$git" fetch -q "$remote" "$refspec" </dev/null >&2 || failed fetch; fi
	if [ -n "$branch" ]; then
		if "$git" show-ref -q --verify "refs/heads/$branch"; then
			[ "$("$git" symbolic-ref -q --short HEAD)" = "$branch" ] || "$git" checkout -q --force "$branch" -- </dev/null >&2 || failed checkout
			if "$git" show-ref -q --verify "refs/remotes/$remote/$branch"; then
				[ "$("$git" rev-parse HEAD)" = "$("$git" rev-parse "refs/remotes/$remote/$branch")" ] || "$git" reset -q --hard "refs/remotes/$remote/$branch" -- </dev/null >&2 || failed checkout
			fi
		else
			# A shallow clone maps one branch only, and git would not let another one track it.
			"$git" checkout -q --force --no-track -b "$branch" "refs/remotes/$remote/$branch" </dev/null >&2 || failed checkout
			"$git" config "branch.$branch.remote" "$remote"
			"$git" config "branch.$branch.merge" "refs/heads/$branch"
		fi
	elif [ "$version" != HEAD ]; then
		now=$("$git" rev-parse -q --verify HEAD)
		target=$("$git" rev-parse -q --verify "$version^{commit}" || "$git" rev-parse -q --verify "${wanted:-none}^{commit}") || failed unknown
		[ "$now" = "$target" ] || "$git" checkout -q --force --detach "$target" </dev/null >&2 || failed checkout
	fi
	verified
	if [ "$recursive" = yes ] && [ -e .gitmodules ]; then
		status_before=$("$git" submodule status --recursive </dev/null)
		"$git" submodule sync -q --recursive </dev/null >&2
		"$git" submodule update -q --init --recursive ${depth:+--depth "$depth"} ${track:+--remote} ${force:+--force} </dev/null >&2 || failed submodules
		[ "$status_before" = "$("$git" submodule status --recursive </dev/null)" ] || fact changed yes
	fi
fi
archived
fact reached "$(here rev-parse --verify -q HEAD)"

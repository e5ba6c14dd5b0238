# shellcheck shell=sh
# Says which digest this guest can make of standard input, and the digest: "sha256 HEX" or "cksum NUMBER".
digest() {
    if command -v sha256sum >/dev/null 2>&1; then
        set -- sha256 "$(sha256sum)"
    elif command -v busybox >/dev/null 2>&1 && busybox sha256sum </dev/null >/dev/null 2>&1; then
        set -- sha256 "$(busybox sha256sum)"
    elif command -v openssl >/dev/null 2>&1; then
        # "SHA2-256(stdin)= HEX" or "(stdin)= HEX", by its version
        set -- sha256 "$(openssl dgst -sha256)"
        set -- sha256 "${2##* }"
    elif command -v shasum >/dev/null 2>&1; then
        set -- sha256 "$(shasum -a 256)"
    else
        set -- cksum "$(cksum)"
    fi
    echo "$1 ${2%% *}"
}

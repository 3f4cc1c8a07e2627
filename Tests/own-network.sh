# To be sourced by a test that starts servers.

# own_network SCRIPT ARGUMENT…: runs the script again in a network namespace of its own, where no other program can take a
# port; returns in there, and where none may be made. There the servers take another port where one is taken.
own_network() {
    [ -z "${MAILDIR_BOUNCE_OWN_NETWORK:-}" ] || return 0
    command -v ip >/dev/null && unshare --net true 2>/dev/null || return 0
    export MAILDIR_BOUNCE_OWN_NETWORK=yes
    # Some checks want an address that is not loopback's (RFC 5737).
    exec unshare --net -- bash -c '
        ip link set lo up || exit
        { ip link add own type dummy || ip link add own type veth peer other; } 2>/dev/null &&
            ip address add 198.51.100.1/24 dev own && ip link set own up
        exec "$@"' bash "$@"
}

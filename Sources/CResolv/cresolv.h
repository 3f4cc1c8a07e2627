#pragma once

// The resolver of the C library, reduced to what Swift can call: res_nquery(3) wants a structure of unions and bit
// fields, and its names are macros.

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdint.h>
#include <string.h>

// Asks for the records of one type. If `server` is not NULL, only that IPv4 address is asked. Returns the length of the
// answer, which may be more than `size`, or a negative h_errno value.
static inline int cresolv_query(
    const char *server, uint16_t port, const char *name, int type, unsigned char *answer, int size) {
    struct __res_state state;
    memset(&state, 0, sizeof state);
    if (res_ninit(&state) != 0) return -TRY_AGAIN;
    state.retrans = 3;
    state.retry = 2;
    if (server) {
        struct in_addr address;
        if (inet_pton(AF_INET, server, &address) != 1) {
            res_nclose(&state);
            return -NO_RECOVERY;
        }
        // The IPv6 servers of resolv.conf are here and would be asked first.
        state._u._ext.nscount = 0;
        state.nscount = 1;
        memset(&state.nsaddr_list[0], 0, sizeof state.nsaddr_list[0]);
        state.nsaddr_list[0].sin_family = AF_INET;
        state.nsaddr_list[0].sin_port = htons(port);
        state.nsaddr_list[0].sin_addr = address;
    }
    int length = res_nquery(&state, name, ns_c_in, type, answer, size);
    int error = state.res_h_errno;
    res_nclose(&state);
    if (length >= 0) return length;
    return error > 0 ? -error : -TRY_AGAIN;
}

// The record `index` of the answer section; 0 if there is one, -1 if there is none or the message is broken.
static inline int cresolv_record(
    const unsigned char *message, int length, int index, int *type, const unsigned char **data, int *size) {
    ns_msg handle;
    ns_rr record;
    if (ns_initparse(message, length, &handle) != 0) return -1;
    if (ns_parserr(&handle, ns_s_an, index, &record) != 0) return -1;
    *type = ns_rr_type(record);
    *data = ns_rr_rdata(record);
    *size = ns_rr_rdlen(record);
    return 0;
}

// The name that is at `at`, in letters; -1 if it is broken.
static inline int cresolv_name(
    const unsigned char *message, int length, const unsigned char *at, char *name, int size) {
    return dn_expand(message, message + length, at, name, size);
}

#include "carguments.h"

static int count;
static char **vector;

// glibc calls the constructors of a program with what it calls main() with.
__attribute__((constructor)) static void remember(int argc, char **argv) {
    count = argc;
    vector = argv;
}

int carguments_count(void) { return count; }
char **carguments_vector(void) { return vector; }

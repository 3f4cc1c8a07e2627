#pragma once

// What main() was called with. Swift hides that, and finds its own CommandLine through /proc, which a chroot may lack.

int carguments_count(void);
char **carguments_vector(void);

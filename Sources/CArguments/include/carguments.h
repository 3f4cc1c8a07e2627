#pragma once

// The arguments of main(). Swift hides them, and its CommandLine reads /proc, which a chroot may lack.

int carguments_count(void);
char **carguments_vector(void);

/* Crossover sections for 4 and 8 lanes. */
#ifndef OCT_CROSSOVER_H
#define OCT_CROSSOVER_H

#include "lanes.h"

/* Twice the damping of the sections: sqrt 2; 2 sin(pi/8) and 2 sin(3 pi/8). */
#define OCT_2K_24 2.8284271247f
#define OCT_2K_48A 1.5307337295f
#define OCT_2K_48B 3.6955181300f

#define VEC v4
#define SECTION oct_section4
#include "sections.h"
#undef VEC
#undef SECTION
#define VEC v8
#define SECTION oct_section8
#include "sections.h"
#undef VEC
#undef SECTION

#endif

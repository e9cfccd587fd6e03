// Elementary functions that give the same bits on every machine: additions, products, quotients and square roots alone,
// in a fixed order. The C library's own choose their code by the processor and may differ in the last bit. Right to a few
// units of the last place.
#pragma once

namespace fw::elementary {

double exp(double x);    // 0 below -708, the greatest number above 709
double exp2(double x);
double log(double x);    // x above 0 and finite
double log2(double x);   // likewise
double cos_turn(double turns);  // of so many whole circles: cos(2 pi x)
double sin_turn(double turns);

}  // namespace fw::elementary

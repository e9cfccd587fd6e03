// The room is all headers so far; this file sees that they stand on their own.
#include "health/account_marks.h"
#include "health/known_shapes.h"
#include "health/retry_budget.h"

// Rules for texts: what a name, a scope, a header or a price looks like.
#pragma once

#include "config/field.h"

namespace fw::config {

extern const Rule kName;           // of providers, policies, tenants, keys, deployments: printable ASCII
extern const Rule kModelName;      // what clients ask for
extern const Rule kUpstreamModel;  // what a cloud calls a model
extern const Rule kScope;
extern const Rule kResidency;  // a scope, or any
extern const Rule kHeaderName;
extern const Rule kPath;
extern const Rule kPrice;  // USD per million tokens
extern const Rule kFeature;   // what a request may ask for, as `explain` names it
extern const Rule kAmount;  // USD, not zero
extern const Rule kBid;     // USD per million tokens of a pool
extern const Rule kWeight;  // of a token in a pool
extern const Rule kDate;
extern const Rule kZone;    // a time zone
extern const Rule kCidr;    // an IP address or a block of them
extern const Rule kTagName;
extern const Rule kTagValue;
extern const Rule kTag;    // NAME=VALUE
extern const Rule kPlain;  // not empty, printable ASCII

}  // namespace fw::config

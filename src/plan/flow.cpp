#include "plan/flow.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fw::plan {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
constexpr double kExact = 1e-12;

enum State : std::int8_t { kUpper = -1, kTree = 0, kLower = 1 };

// A node in the tree: the arc to its parent, and its brothers.
struct Node {
  std::uint32_t parent = kNone, arc = kNone, depth = 0;
  std::uint32_t child = kNone, next = kNone, before = kNone;
  bool up = true;  // the arc goes to the parent
};

class Simplex {
 public:
  Simplex(std::size_t nodes, const std::vector<Arc>& arcs) : arcs_(arcs), root_(static_cast<std::uint32_t>(nodes)), nodes_(nodes + 1) {
    real_ = arcs.size();
    double greatest = 0;
    for (const auto& arc : arcs) greatest = std::max(greatest, std::abs(arc.usd));
    exact_ = greatest * kExact;
    // Arcs of no cost from every node to the root: nothing leads back, so they never carry anything.
    for (std::uint32_t node = 0; node < root_; ++node) {
      arcs_.push_back({node, root_, std::numeric_limits<double>::infinity(), 0});
      nodes_[node].arc = static_cast<std::uint32_t>(arcs_.size() - 1);
      nodes_[node].depth = 1;
      hang(node, root_);
    }
    flow_.assign(arcs_.size(), 0);
    state_.assign(arcs_.size(), kLower);
    std::fill(state_.begin() + static_cast<std::ptrdiff_t>(real_), state_.end(), kTree);
    pi_.assign(nodes_.size(), 0);
    block_ = std::max<std::size_t>(static_cast<std::size_t>(std::sqrt(static_cast<double>(real_))), 16);
  }

  Circulation run() {
    for (auto in = entering(); in != kNone; in = entering()) pivot(in);
    flow_.resize(real_);
    pi_.pop_back();
    return {std::move(flow_), std::move(pi_)};
  }

 private:
  double reduced(std::size_t a) const { return state_[a] * (arcs_[a].usd + pi_[arcs_[a].from] - pi_[arcs_[a].to]); }

  // The worst arc of a block; blocks take turns.
  std::uint32_t entering() {
    double worst = -exact_;
    std::uint32_t found = kNone;
    std::size_t left = block_;
    for (std::size_t i = 0; i < real_; ++i) {
      if (const double c = reduced(next_); c < worst) worst = c, found = static_cast<std::uint32_t>(next_);
      if (++next_ == real_) next_ = 0;
      if (--left == 0) {
        if (found != kNone) return found;
        left = block_;
      }
    }
    return found;
  }

  std::uint32_t join(std::uint32_t u, std::uint32_t v) const {
    while (u != v) (nodes_[u].depth >= nodes_[v].depth ? u : v) = nodes_[nodes_[u].depth >= nodes_[v].depth ? u : v].parent;
    return u;
  }

  void pivot(std::uint32_t in) {
    const bool forward = state_[in] == kLower;
    const auto first = forward ? arcs_[in].from : arcs_[in].to, second = forward ? arcs_[in].to : arcs_[in].from;
    const auto top = join(first, second);
    double delta = arcs_[in].most;
    std::uint32_t out = kNone;
    bool on_first = false;
    for (auto u = first; u != top; u = nodes_[u].parent)
      if (const double room = nodes_[u].up ? flow_[nodes_[u].arc] : arcs_[nodes_[u].arc].most - flow_[nodes_[u].arc]; room < delta)
        delta = room, out = u, on_first = true;
    // The last blocking arc along the cycle leaves: that keeps the tree strongly feasible.
    for (auto u = second; u != top; u = nodes_[u].parent)
      if (const double room = nodes_[u].up ? arcs_[nodes_[u].arc].most - flow_[nodes_[u].arc] : flow_[nodes_[u].arc]; room <= delta)
        delta = room, out = u, on_first = false;
    if (delta > 0) push(in, delta, top);
    if (out == kNone) {
      state_[in] = forward ? kUpper : kLower;
      flow_[in] = forward ? arcs_[in].most : 0;
      return;
    }
    // To the bound exactly: what rounding left is not flow.
    const auto leaving = nodes_[out].arc;
    const bool empty = nodes_[out].up == on_first;
    state_[leaving] = empty ? kLower : kUpper;
    flow_[leaving] = empty ? 0 : arcs_[leaving].most;
    state_[in] = kTree;
    turn(on_first ? first : second, out);
    attach(on_first ? first : second, on_first ? second : first, in);
  }

  void push(std::uint32_t in, double delta, std::uint32_t top) {
    const double value = state_[in] * delta;
    flow_[in] += value;
    for (auto u = arcs_[in].from; u != top; u = nodes_[u].parent) flow_[nodes_[u].arc] -= nodes_[u].up ? value : -value;
    for (auto u = arcs_[in].to; u != top; u = nodes_[u].parent) flow_[nodes_[u].arc] += nodes_[u].up ? value : -value;
  }

  void hang(std::uint32_t node, std::uint32_t parent) {
    auto& n = nodes_[node];
    n.parent = parent;
    n.before = kNone;
    n.next = nodes_[parent].child;
    if (n.next != kNone) nodes_[n.next].before = node;
    nodes_[parent].child = node;
  }

  void cut(std::uint32_t node) {
    const auto& n = nodes_[node];
    if (n.before == kNone) nodes_[n.parent].child = n.next;
    else nodes_[n.before].next = n.next;
    if (n.next != kNone) nodes_[n.next].before = n.before;
  }

  // Cuts `out` from its parent and makes `node`, which lies below it, the top of that part.
  void turn(std::uint32_t node, std::uint32_t out) {
    cut(out);
    nodes_[out].parent = kNone;
    std::uint32_t above = kNone, arc = kNone;
    bool up = false;
    for (auto u = node; u != kNone;) {
      const auto parent = nodes_[u].parent;
      const auto own_arc = nodes_[u].arc;
      const bool own_up = nodes_[u].up;
      if (parent != kNone) cut(u);
      if (above != kNone) {
        hang(u, above);
        nodes_[u].arc = arc;
        nodes_[u].up = !up;
      }
      above = u;
      arc = own_arc;
      up = own_up;
      u = parent;
    }
  }

  void attach(std::uint32_t node, std::uint32_t parent, std::uint32_t arc) {
    auto& n = nodes_[node];
    n.arc = arc;
    n.up = arcs_[arc].from == node;
    hang(node, parent);
    const double shift = pi_[parent] - pi_[node] + (n.up ? -arcs_[arc].usd : arcs_[arc].usd);
    // Down the whole part, without recursion.
    auto u = node;
    for (;;) {
      pi_[u] += shift;
      nodes_[u].depth = nodes_[nodes_[u].parent].depth + 1;
      if (nodes_[u].child != kNone) {
        u = nodes_[u].child;
        continue;
      }
      while (u != node && nodes_[u].next == kNone) u = nodes_[u].parent;
      if (u == node) return;
      u = nodes_[u].next;
    }
  }

  std::vector<Arc> arcs_;
  std::size_t real_ = 0;
  std::uint32_t root_;
  std::vector<Node> nodes_;
  std::vector<double> flow_, pi_;
  std::vector<std::int8_t> state_;
  std::size_t next_ = 0, block_ = 0;
  double exact_ = 0;
};

}  // namespace

Circulation cheapest_circulation(std::size_t nodes, const std::vector<Arc>& arcs) { return Simplex(nodes, arcs).run(); }

}  // namespace fw::plan

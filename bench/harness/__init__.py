"""CPU time, memory and latency of proxies on this machine, measured side by side."""

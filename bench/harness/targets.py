"""The proxies compared, all in front of the same upstream, each with one worker."""
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from . import programs

KEY = "sk-fw-0123456789abcdef0123456789abcdef"
UPSTREAM_KEY = "sk-upstream"
MODEL = "gpt-5.2"

NGINX = """worker_processes 1; worker_rlimit_nofile 20000; daemon off; pid {folder}/nginx.pid; error_log /dev/null crit;
events {{ worker_connections 19900; }}
http {{ access_log off; client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
 uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
 keepalive_requests 100000000; keepalive_timeout 600s; client_body_buffer_size 1m; client_max_body_size 20m; tcp_nodelay on;
 upstream u {{ server 127.0.0.1:{upstream}; keepalive 1024; keepalive_requests 100000000; }}
 server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://u; proxy_http_version 1.1;
   proxy_set_header Connection ""; proxy_read_timeout 600s; proxy_set_header Authorization "Bearer {upstream_key}";
   proxy_buffering off; }} }} }}
"""
# Without http-no-delay HAProxy holds every second small event back for a delayed acknowledgement.
HAPROXY = """global
 nbthread 1
 maxconn 9950
defaults
 mode http
 timeout client 600s
 timeout server 600s
 timeout connect 5s
 http-reuse always
 option http-no-delay
frontend f
 bind 127.0.0.1:{port}
 default_backend b
backend b
 http-request set-header Authorization "Bearer {upstream_key}"
 server s 127.0.0.1:{upstream} pool-max-conn 1024
"""
FAIRWAY = """version: 1
listen: [{{ address: "127.0.0.1:{port}" }}]
admin: {{ address: "127.0.0.1:{admin}", token: "${{env:FAIRWAY_ADMIN_TOKEN}}" }}
threads: 1
data_dir: {folder}/fairway-data
log: {{ level: warn }}
limits: {{ exchanges: 20000, exchanges_per_key: 20000 }}
providers:
  local:
    cloud: compatible
    base_url: "http://127.0.0.1:{upstream}/v1"
    auth: {{ api_key: "${{env:FAIRWAY_BENCH_UPSTREAM_KEY}}" }}
    scope: on-premises
models:
  {model}:
    deployments:
      - provider: local
        model: {model}-2026-08-01{dialects}
        price: {{ input: "1.25", cache_read: "0.125", output: "10.00" }}
tenants: {{ bench: {{}} }}
keys: [{{ name: bench, tenant: bench, key: "${{env:FAIRWAY_BENCH_KEY}}", models: [{model}] }}]
"""


@dataclass
class Target:
    name: str
    port: int
    command: list | None = None  # None: the upstream itself
    environment: dict = field(default_factory=dict)
    path: str = "/v1/chat/completions"
    header: str = ""
    leaves: str = ""  # a folder of an earlier run, which a start would work on
    cpu: int = programs.PROXY_CPU


def forget(target):
    """Before each start: Fairway moves what former runs left in their journals into its ledger."""
    if target.leaves:
        shutil.rmtree(target.leaves, ignore_errors=True)


def write(folder, name, text):
    path = Path(folder) / name
    path.write_text(text)
    return path


def fairway(folder, upstream, binary, name="fairway", dialects=""):
    """Everything on: key, model table, price, ledger, metrics, admin listener."""
    port = programs.free_port()
    text = FAIRWAY.format(port=port, admin=programs.free_port(), upstream=upstream, folder=folder, model=MODEL,
                          dialects=dialects)
    config = write(folder, f"{name}.yaml", text)
    return Target(name, port, [binary, "serve", "-c", config],
                  {"FAIRWAY_BENCH_KEY": KEY, "FAIRWAY_BENCH_UPSTREAM_KEY": UPSTREAM_KEY,
                   "FAIRWAY_ADMIN_TOKEN": "bench-admin-token-0123456789abcdef"}, leaves=f"{folder}/fairway-data")


def make(folder, upstream, binary, others=None):
    """All targets by name. `others`: a JSON file with more gateways, in the form bench/README.md describes."""
    values = {"folder": folder, "upstream": upstream, "upstream_key": UPSTREAM_KEY}
    found = {"direct": Target("direct", upstream)}
    port = programs.free_port()
    found["relay"] = Target("relay", port, [programs.PROGRAMS / "relay", "--port", port, "--to", upstream])
    port = programs.free_port()
    conf = write(folder, "nginx.conf", NGINX.format(port=port, **values))
    found["nginx"] = Target("nginx", port, ["/usr/sbin/nginx", "-p", folder, "-c", conf])
    port = programs.free_port()
    conf = write(folder, "haproxy.cfg", HAPROXY.format(port=port, **values))
    found["haproxy"] = Target("haproxy", port, ["/usr/sbin/haproxy", "-db", "-f", conf])
    found["fairway"] = fairway(folder, upstream, binary)
    # Chat from the client, Responses to the upstream, and back.
    found["translating"] = fairway(folder, upstream, binary, "translating", "\n        dialects: [responses]")
    for name, row in (json.loads(Path(others).read_text()) if others else {}).items():
        words = [w.replace("{upstream}", str(upstream)) for w in row["command"]]
        found[name] = Target(name, row["port"], words, row.get("environment", {}),
                             row.get("path", "/v1/chat/completions"), row.get("header", ""))
    return found

#!/usr/bin/env python3
"""The command line as people meet it: the right answers, and the stupid mistakes. Drives the built program."""
import ast
import csv
import io
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import tomllib
import unittest

BIN = os.environ.get("FAIRWAY_BIN", "build/dev/fairway")
TOP = pathlib.Path(__file__).resolve().parents[2]

GOOD = """version: 1
listen: [{ address: 127.0.0.1:0 }]
providers:
  one: { cloud: openai, auth: { api_key: "${env:FW_TEST_KEY}" } }
models:
  m: { deployments: [{ provider: one, model: gpt-6-sol }] }
keys:
  - { name: k, key: "${file:key.txt}" }
"""
BAD = GOOD.replace("openai", "opnai").replace("listen:", "lisen:") + "log: { level: loud }\n"
SECRET = "sk-0123456789abcdef"


class Cli(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="fairway-cli-"))
        self.addCleanup(shutil.rmtree, self.dir)
        (self.dir / "key.txt").write_text("fw-0123456789abcdef\n")
        (self.dir / "key.txt").chmod(0o600)

    def run_it(self, *args, env=None, text=None, cwd=None):
        environment = {**os.environ, "FW_TEST_KEY": SECRET, **(env or {})}
        return subprocess.run([str(TOP / BIN), *args], capture_output=True, text=True, env=environment, input=text,
                              cwd=cwd or self.dir, timeout=60)

    def config(self, text):
        path = self.dir / "fairway.yaml"
        path.write_text(text)
        return str(path)

    def usage(self, *args):
        """A usage error: status 2, nothing on standard output, a way out on standard error."""
        done = self.run_it(*args)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn("--help", done.stderr)
        return done.stderr


class Usage(Cli):
    def test_no_command_prints_the_short_help_and_is_a_mistake(self):
        done = self.run_it()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("Usage: fairway", done.stderr)
        self.assertIn("serve", done.stderr)
        done = self.run_it("config")
        self.assertEqual(done.returncode, 2)
        self.assertIn("Usage: fairway config", done.stderr)

    def test_help_and_version_are_answers(self):
        for args in (["--help"], ["serve", "--help"], ["config", "check", "--help"]):
            done = self.run_it(*args)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("Exit status: 0 ok, 1 failed, 2 usage, 3 configuration invalid", done.stdout)
        done = self.run_it("--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertRegex(lines[0], r"^fairway \d+\.\d+\.\d+$")
        self.assertRegex(lines[1], r"^compiler: .*[Cc]lang")
        self.assertRegex(lines[2], r"^OpenSSL 3\.")

    def test_mistyped_words_are_recognised(self):
        self.assertIn("unknown command 'serv'; did you mean serve?", self.usage("serv"))
        self.assertIn("unknown command 'chek'; did you mean check?", self.usage("config", "chek"))
        self.assertIn("unknown option '--confg'; did you mean --config?", self.usage("config", "check", "--confg", "x"))
        self.assertIn("unknown command 'xyzzy'\n", self.usage("xyzzy"))

    def test_wrong_values_are_named(self):
        self.assertIn("'yaml' is none of table, json, ndjson, csv", self.usage("config", "check", "--output", "yaml"))
        self.assertIn("'cursor' is none of codex, claude, python, node", self.usage("connect", "cursor"))
        self.assertIn("client is required", self.usage("connect"))
        self.assertIn("--listen is required", self.usage("fake", "--cloud", "openai"))
        self.assertIn("add the port", self.usage("fake", "--cloud", "openai", "--listen", "localhost"))
        self.assertIn("'x' is no number", self.usage("demo", "--traffic", "x"))

    def test_a_full_disk_is_a_failure_that_is_said(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([str(TOP / BIN), "config", "schema"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left", done.stderr)

    def test_later_commands_are_not_offered(self):
        out = self.run_it("--help").stdout
        for later in ("drill",):
            self.assertNotIn(f"\n  {later} ", out)


RECORD = {
    "request_id": "req_1", "time": "2026-11-22T10:00:00.000Z", "model": "m",
    "policy": {"name": "default", "prefer": "balanced"}, "question": {"operation": "chat"},
    "seen": [{"deployment": "dear", "scope": "global", "cloud": "openai", "cost": 2000},
             {"deployment": "cheap", "scope": "us", "cloud": "azure", "cost": 1000}],
    "ranked": [{"place": 1, "verdict": "admissible", "score": 1000}, {"place": 0, "verdict": "admissible", "score": 2000}],
    "tried": 2, "reference": 1000}


class Replay(Cli):
    def record(self, **changed):
        path = self.dir / "records.ndjson"
        path.write_text(json.dumps({**RECORD, **changed}) + "\n")
        return str(path)

    def test_a_record_is_decided_again_from_itself_alone(self):
        done = self.run_it("replay", self.record(), "--output", "json")
        self.assertEqual((done.returncode, json.loads(done.stdout)), (0, {"replayed": 1, "different": 0, "differences": []}), done.stderr)

    def test_a_changed_record_is_a_difference(self):
        done = self.run_it("replay", self.record(ranked=RECORD["ranked"][::-1]), "--output", "json")
        told = json.loads(done.stdout)
        self.assertEqual((done.returncode, told["different"]), (5, 1))
        self.assertIn("rank 1: recorded dear", told["differences"][0]["difference"])

    def test_another_policy_is_compared(self):
        text = GOOD + "policies: { eu-only: { residency: eu } }\n"
        done = self.run_it("replay", self.record(), "--policy", self.config(text), "--policy-name", "eu-only", "--output", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([(row["policy"], row["served"], row["refused"]) for row in json.loads(done.stdout)], [("recorded", 1, 0), ("eu-only", 0, 1)])
        self.assertIn("1 of 1 requests would go elsewhere", done.stderr)
        self.assertIn("has no policy 'nope'", self.run_it("replay", self.record(), "--policy", self.config(text), "--policy-name", "nope").stderr)

    def test_what_is_no_record_is_told(self):
        path = self.dir / "x"
        path.write_text("hello\n")
        done = self.run_it("replay", str(path))
        self.assertEqual(done.returncode, 1)
        self.assertIn("expected a decision", done.stderr)

    def test_a_gateway_that_does_not_run_is_not_reached(self):
        text = GOOD + 'admin: { address: "127.0.0.1:1", token: "${env:FW_TEST_KEY}" }\n'
        self.assertEqual(self.run_it("explain", "req_1", "-c", self.config(text)).returncode, 4)


class ConfigCheck(Cli):
    def test_a_good_one_is_one_line(self):
        done = self.run_it("config", "check", "-c", self.config(GOOD))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(done.stdout.endswith("ok: 1 listener, 1 provider, 1 model, 1 key\n"), done.stdout)
        self.assertEqual(done.stdout.count("\n"), 1)

    def test_the_default_is_the_file_in_this_directory(self):
        self.config(GOOD)
        self.assertEqual(self.run_it("config", "check").returncode, 0)

    def test_a_bad_one_names_every_problem_with_its_place(self):
        done = self.run_it("config", "check", "-c", self.config(BAD))
        self.assertEqual(done.returncode, 3)
        for place in ("fairway.yaml:1:1", "fairway.yaml:2:1", "fairway.yaml:4:17", "fairway.yaml:9:15"):
            self.assertIn(place + "\n", done.stdout)
        for hint in ("did you mean listen?", "did you mean openai?"):
            self.assertIn(hint, done.stdout)
        self.assertIn("4 errors", done.stderr)
        self.assertNotIn("\x1b", done.stdout)

    def test_the_problems_as_json_ndjson_and_csv(self):
        path = self.config(BAD)
        done = self.run_it("config", "check", "-c", path, "--output", "json")
        self.assertEqual((done.returncode, done.stderr), (3, ""))
        problems = json.loads(done.stdout)
        self.assertEqual([(p["line"], p["column"], p["path"]) for p in problems],
                         [(1, 1, ""), (2, 1, "lisen"), (4, 17, "providers.one.cloud"), (9, 15, "log.level")])
        self.assertEqual(set(problems[0]), {"severity", "file", "line", "column", "path", "found", "expected", "hint"})
        lines = self.run_it("config", "check", "-c", path, "--output", "ndjson").stdout.splitlines()
        self.assertEqual([json.loads(line) for line in lines], problems)
        rows = list(csv.DictReader(io.StringIO(self.run_it("config", "check", "-c", path, "--output", "csv").stdout)))
        self.assertEqual([row["path"] for row in rows], [p["path"] for p in problems])
        self.assertEqual(json.loads(self.run_it("config", "check", "-c", self.config(GOOD), "--output", "json").stdout), [])

    def test_a_file_that_is_not_there(self):
        done = self.run_it("config", "check", "-c", "nope.yaml")
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("nope.yaml cannot be read: No such file", done.stderr)
        self.assertEqual(self.run_it("config", "check", "-c", str(self.dir)).returncode, 3)

    def test_standard_input(self):
        done = self.run_it("config", "check", "-c", "-", text=GOOD)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_unset_and_literal_secrets(self):
        path = self.config(GOOD)
        done = self.run_it("config", "check", "-c", path, env={"FW_TEST_KEY": ""})
        self.assertEqual(done.returncode, 3)
        self.assertIn("fairway.yaml:4:42", done.stdout)
        (self.dir / "key.txt").unlink()
        self.assertIn("key.txt\", which cannot be read", self.run_it("config", "check", "-c", path).stdout)
        done = self.run_it("config", "check", "-c", self.config(GOOD.replace("${env:FW_TEST_KEY}", SECRET)))
        self.assertEqual(done.returncode, 3)
        self.assertIn("a secret written out", done.stdout)
        self.assertNotIn(SECRET, done.stdout + done.stderr)

    def test_hostile_files_end_at_once(self):
        for text in ("[" * 100_000, "a: &a [*a]\n", "a: &a [x]\nb: [*a, *a]\n" * 50, "\0\1\2", "\xff", "?" * 5000,
                     "- " * 20_000, "{" * 20_000, "a:\n" + " " * 50_000 + "b", "'" * 9999, "\ufeff"):
            done = self.run_it("config", "check", "-c", self.config(text), "--output", "json")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertTrue(json.loads(done.stdout))

    def test_schema_and_page(self):
        schema = json.loads(self.run_it("config", "schema").stdout)
        self.assertEqual(schema["$schema"], "https://json-schema.org/draft/2020-12/schema")
        self.assertEqual(schema["$defs"]["log"]["properties"]["level"]["enum"], ["error", "warn", "info", "debug", "trace"])
        page = self.run_it("config", "schema", "--output", "markdown").stdout
        self.assertEqual(page, (TOP / "docs/configuration.md").read_text())

    def test_serve_refuses_a_bad_one(self):
        done = self.run_it("serve", "-c", self.config(BAD))
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("fairway.yaml:4:17", done.stderr)


class Connect(Cli):
    def test_snippets_are_whole_programs(self):
        codex = tomllib.loads(self.run_it("connect", "codex", "--url", "http://h:1", "--model", 'a"b').stdout)
        self.assertEqual(codex["model"], 'a"b')
        self.assertEqual(codex["model_providers"]["fairway"]["base_url"], "http://h:1/v1")
        self.assertEqual(codex["model_providers"]["fairway"]["wire_api"], "responses")
        python = self.run_it("connect", "python", "--url", "https://gate.example/v1/", "--key-env", "MY_KEY").stdout
        ast.parse(python)
        self.assertIn('base_url="https://gate.example/v1", api_key=os.environ["MY_KEY"]', python)
        node = self.run_it("connect", "node")
        self.assertIn('baseURL: "http://127.0.0.1:8080/v1", apiKey: process.env["FAIRWAY_KEY"]', node.stdout)
        self.assertIn("export FAIRWAY_KEY", node.stderr)
        if shutil.which("node"):
            (self.dir / "a.mjs").write_text(node.stdout)
            subprocess.run(["node", "--check", str(self.dir / "a.mjs")], check=True)

    def test_nothing_is_pretended_for_claude(self):
        done = self.run_it("connect", "claude")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("does not serve /v1/messages yet", done.stderr)

    def test_wrong_urls_and_names(self):
        for args in (["--url", "gate.example"], ["--url", "http://u:p@h"], ["--url", "http://h/?q=1"], ["--key-env", "a b"]):
            done = self.run_it("connect", "python", *args)
            self.assertEqual((done.returncode, done.stdout), (2, ""))


class Completions(Cli):
    def complete(self, *words):
        script = self.run_it("completions", "bash").stdout
        quoted = " ".join(f"'{w}'" for w in ("fairway", *words))
        script += f'COMP_WORDS=({quoted}); COMP_CWORD={len(words)}; _fairway; printf "%s\\n" "${{COMPREPLY[@]}}"\n'
        return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, cwd=self.dir).stdout.split()

    def test_bash(self):
        self.assertEqual(self.complete("se"), ["serve"])
        self.assertEqual(sorted(self.complete("config", "")), sorted(["check", "fields", "schema", "-h", "--help"]))
        self.assertEqual(self.complete("config", "check", "--output", "nd"), ["ndjson"])
        self.assertEqual(self.complete("connect", "co"), ["codex"])
        self.assertEqual(self.complete("serve", "-c", "key"), ["key.txt"])

    def test_other_shells(self):
        for shell in ("zsh", "fish"):
            done = self.run_it("completions", shell)
            self.assertEqual(done.returncode, 0)
            if shutil.which(shell):
                subprocess.run([shell, "-n"], input=done.stdout, text=True, check=True)
        self.assertIn("is none of bash, zsh, fish", self.usage("completions", "tcsh"))


class Doctor(Cli):
    def findings(self, path, status=0):
        done = self.run_it("doctor", "-c", path, "--output", "json")
        self.assertEqual(done.returncode, status, done.stdout)
        return {(f["check"], f["status"]): f for f in json.loads(done.stdout)}

    def test_a_healthy_machine(self):
        found = self.findings(self.config(GOOD))
        for check in ("fairway", "openssl", "config", "secret file", "listener"):
            self.assertIn((check, "ok"), found)
        table = self.run_it("doctor").stdout
        self.assertRegex(table, r"(?m)^ok    fairway ")

    def test_every_failure_has_a_way_out(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            path = self.config(GOOD.replace("127.0.0.1:0", f"127.0.0.1:{port}"))
            (self.dir / "key.txt").chmod(0o644)
            os.chmod(path, 0o666)
            found = self.findings(path, status=1)
        for finding in found.values():
            self.assertEqual(finding["status"] == "ok", finding["fix"] == "", finding)
        self.assertIn(f"127.0.0.1:{port}", found["listener", "fail"]["found"])
        self.assertIn("chmod o-w", found["config file", "fail"]["fix"])
        self.assertIn("chmod o-rwx", found["secret file", "warn"]["fix"])

    def test_certificates(self):
        for days, name in ((365, "long"), (5, "short")):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days), "-subj", "/CN=h",
                            "-keyout", f"{name}.key", "-out", f"{name}.pem"], cwd=self.dir, check=True, capture_output=True)
        for files, status in ((("long.pem", "long.key"), "ok"), (("short.pem", "short.key"), "warn"),
                              (("long.pem", "short.key"), "fail"), (("key.txt", "long.key"), "fail"), (("no", "long.key"), "fail")):
            tls = "127.0.0.1:0, tls: { cert: %s, key: %s } }" % files
            found = self.findings(self.config(GOOD.replace("127.0.0.1:0 }", tls)), status=1 if status == "fail" else 0)
            self.assertIn(("certificate", status), found, files)

    def test_a_bad_configuration_fails_with_each_problem(self):
        done = self.run_it("doctor", "-c", self.config(BAD), "--output", "json")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len([f for f in json.loads(done.stdout) if f["check"] == "config" and f["status"] == "fail"]), 4)
        self.assertEqual(self.run_it("doctor", "-c", "nope.yaml").returncode, 1)

    def answer(self, reply):
        """A listener that gives one reply to each connection."""
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)

        def loop():
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                with peer:
                    if reply:
                        peer.recv(4096)
                        peer.sendall(reply)

        threading.Thread(target=loop, daemon=True).start()
        return server.getsockname()[1]

    def test_asks_a_running_gateway(self):
        def gateway(port):
            admin = 'admin: { address: "127.0.0.1:%d", token: "${env:FW_TEST_KEY}" }\n' % port
            return {status: f["found"] for (check, status), f in self.findings(self.config(GOOD + admin)).items() if check == "gateway"}

        body = b"Content-Length: 0\r\nConnection: close\r\n\r\n" + b" " * 40
        self.assertIn("ready at", gateway(self.answer(b"HTTP/1.1 200 OK\r\n" + body))["ok"])
        self.assertIn("not ready", gateway(self.answer(b"HTTP/1.1 503 Service Unavailable\r\n" + body))["warn"])
        self.assertIn("something answers", gateway(self.answer(b""))["warn"])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.assertIn("nothing answers", gateway(port)["warn"])


OFFER = """- model: gpt-6-sol
  cloud: openai
  scope: global
  from: 2026-10-01
  until: 2026-11-01
  usd_per_million: { input: "1.50", output: "7.50" }
  evidence: [{ source: contract, date: 2026-09-30, kind: documented }]
"""


class Offers(Cli):
    def rows(self, *args):
        return json.loads(self.run_it("offers", *args, "--output", "json").stdout)

    def test_every_hosting_of_a_model_with_its_price_evidence_and_absences(self):
        rows = self.rows("gpt-6-sol", "--at", "2026-11-22")
        self.assertEqual({r["model"] for r in rows}, {"gpt-6-sol"})
        self.assertLessEqual({"openai", "azure", "bedrock", "vertex", "oracle"}, {r["cloud"] for r in rows})
        direct = next(r for r in rows if (r["cloud"], r["scope"], r["tier"]) == ("openai", "global", "standard"))
        self.assertEqual(direct["usd_per_million"]["cache_write.30m"], "2.5")
        self.assertEqual(direct["usd_per_million"]["long_context.above"], "272000")
        self.assertEqual((direct["from"], direct["until"]), ("2026-09-22", None))
        for row in rows:
            self.assertTrue(row["evidence"])
            for each in row["evidence"]:
                self.assertEqual(set(each), {"source", "date", "kind"})
            if row.get("absent"):
                self.assertEqual(row["usd_per_million"], {})
        self.assertTrue(any(r.get("absent") for r in rows if r["cloud"] == "oracle"))

    def test_a_date_shows_what_held_then(self):
        def luna(day):
            return [r["usd_per_million"]["input"] for r in self.rows("gpt-5.6-luna", "--at", day, "--cloud", "openai")
                    if (r["scope"], r["tier"]) == ("global", "standard")]
        self.assertEqual(luna("2026-07-29T23:59:59Z"), ["1"])
        self.assertEqual(luna("2026-07-30"), ["0.2"])
        self.assertEqual(self.rows("gpt-6-sol", "--at", "2026-09-21", "--cloud", "openai"), [])

    def test_a_clouds_word_is_understood(self):
        self.assertEqual(self.rows("openai.gpt-6-sol"), self.rows("gpt-6-sol"))

    def test_an_unknown_model_is_refused_with_near_names(self):
        done = self.run_it("offers", "gpt6-sol")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("gpt-6-sol", done.stderr)

    def test_a_wrong_date_is_usage(self):
        done = self.run_it("offers", "gpt-6-sol", "--at", "today")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("2026-11-22", done.stderr)

    def test_the_forms_say_the_same(self):
        rows = self.rows()
        lines = self.run_it("offers", "--output", "ndjson").stdout.splitlines()
        self.assertEqual([json.loads(line) for line in lines], rows)
        table = list(csv.DictReader(io.StringIO(self.run_it("offers", "--output", "csv").stdout)))
        self.assertEqual([r["usd_per_million"].get("input", "") for r in rows], [t["input"] for t in table])
        self.assertEqual(len(self.run_it("offers").stdout.splitlines()), len(rows) + 1)

    def test_what_is_printed_is_read_again(self):
        (self.dir / "all.json").write_text(self.run_it("offers", "--output", "json").stdout)
        config = self.config(GOOD + "offers: [all.json]\n")
        again = self.run_it("offers", "-c", config, "--output", "json").stdout
        self.assertEqual(again, (self.dir / "all.json").read_text())

    def test_a_book_of_the_configuration_lies_over_the_embedded_one(self):
        (self.dir / "own.yaml").write_text(OFFER)
        config = self.config(GOOD + "offers: [own.yaml]\n")
        def at(day):
            return [r["usd_per_million"]["input"] for r in self.rows("gpt-6-sol", "--at", day, "--cloud", "openai", "-c", config)
                    if (r["scope"], r["tier"]) == ("global", "standard")]
        self.assertEqual([at("2026-09-30"), at("2026-10-01"), at("2026-11-01")], [["2"], ["1.5"], ["2"]])

    def test_a_bad_book_is_said_with_its_place(self):
        (self.dir / "own.yaml").write_text(OFFER.replace('"1.50"', '"1,50"'))
        done = self.run_it("config", "check", "-c", self.config(GOOD + "offers: [own.yaml]\n"), "--output", "json")
        self.assertEqual(done.returncode, 3)
        [problem] = json.loads(done.stdout)
        self.assertTrue(problem["file"].endswith("own.yaml"))
        self.assertEqual((problem["line"], problem["column"], problem["path"]), (6, 29, "[0].usd_per_million.input"))

    def test_config_check_warns_of_a_price_that_is_not_known(self):
        config = self.config(GOOD.replace("model: gpt-6-sol", "model: gpt-6-sol, offer: gpt6-sol"))
        done = self.run_it("config", "check", "-c", config, "--output", "json")
        self.assertEqual(done.returncode, 0)
        [problem] = json.loads(done.stdout)
        self.assertEqual(problem["severity"], "warning")
        self.assertIn("gpt-6-sol", problem["hint"])

    def test_catalogues_of_others_become_rows_that_load(self):
        prices = TOP / "tests/data/prices/portkey-models"
        done = self.run_it("offers", "import", "--format", "portkey", "--date", "2026-08-21", "--output", "json",
                           *(str(prices / f"pricing-{name}.json") for name in ("openai", "bedrock-mantle", "vertex-ai")))
        self.assertEqual(done.returncode, 0)
        rows = json.loads(done.stdout)
        self.assertEqual({r["cloud"] for r in rows}, {"openai", "bedrock", "vertex"})
        self.assertEqual({e["kind"] for r in rows for e in r["evidence"]}, {"third-party"})
        (self.dir / "theirs.json").write_text(done.stdout)
        config = self.config(GOOD + "offers: [theirs.json]\n")
        self.assertEqual(self.run_it("config", "check", "-c", config).returncode, 0)

    def test_disagreements_are_a_status_of_their_own(self):
        prices = TOP / "tests/data/prices"
        done = self.run_it("offers", "compare", "--format", "genai-prices", "--date", "2026-08-21", "--output", "json",
                           str(prices / "genai-prices/data.json"))
        self.assertEqual(done.returncode, 5)
        luna = next(d for d in json.loads(done.stdout) if (d["model"], d["meter"]) == ("gpt-5.6-luna", "input"))
        self.assertEqual((luna["ours"], luna["theirs"], luna["difference"]), ("0.2", "1", "0.8"))
        self.assertEqual(luna["price_row"], "gpt-5.6-luna/openai/global/standard/2026-07-30")
        done = self.run_it("offers", "compare", "--format", "genai-prices", "--output", "json", str(prices / "genai-prices/aws.yml"))
        self.assertEqual((done.returncode, json.loads(done.stdout)), (0, []))

    def test_a_catalogue_that_cannot_be_read_is_a_failure(self):
        (self.dir / "openai.json").write_text("{")
        for path in ("nowhere.json", "openai.json"):
            done = self.run_it("offers", "compare", "--format", "portkey", path)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(path, done.stderr)


if __name__ == "__main__":
    unittest.main()

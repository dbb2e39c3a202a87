"""The record of calls and its commands.  The records are made here, from what docs/audit.md says of them: a second
writing of the format, so that a row either of them gets wrong does not verify."""
import csv
import hashlib
import io
import json
import os
import pathlib
import re
import sqlite3
import struct
import subprocess
import tempfile
import time
import unittest

from support import BOXAGNTS, GUESTS, box, root


def schema():
    text = (root / "src/db/schema.c").read_text()
    body = re.search(r'char audit\[\] =(.*?");\n', text, re.S).group(1)       # version 1; later ones are added when it is opened
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', body))


def row_hash(prev, number, kind, call, when, tool, run, body):
    tool, run, body = tool.encode(), run.encode(), body.encode()
    return hashlib.sha256(b"boxagnts audit 1\n" + prev + struct.pack("<qqqq", number, kind, call, when)
                          + struct.pack("<q", len(tool)) + tool + struct.pack("<q", len(run)) + run
                          + hashlib.sha256(body).digest()).digest()


class Record:
    """A home directory with a record in it."""

    def __init__(self, home):
        self.home = pathlib.Path(home)
        self.path = self.home / "state.db"
        self.path.touch(0o600)
        with self.open() as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.executescript(schema())
            db.execute(f"PRAGMA application_id={0x62786462}")
            db.execute("PRAGMA user_version=1")
        self.last, self.number = bytes(32), 0

    def open(self):
        return sqlite3.connect(self.path)

    def row(self, kind, call, tool, run, body, when=None):
        body = json.dumps(body)
        when = int(time.time() * 1e6) if when is None else when
        self.number += 1
        sum_ = row_hash(self.last, self.number, kind, call, when, tool, run, body)
        with self.open() as db:
            db.execute("INSERT INTO audit VALUES(?,?,?,?,?,?,?,?,?)",
                       (self.number, kind, call, when, tool, run, body, self.last, sum_))
        self.last = sum_
        return self.number

    def call(self, tool, run="", arguments=None, when=None, end=True, fate="runs", **outcome):
        begin = self.row(1, 0, tool, run, {
            "version": "1.0.0", "client": "e2e", "session": "0123456789abcdef",
            "arguments": arguments or {"path": "a.txt"}, "fate": fate,
            "decision": {"answer": "allow", "why": "boxagnts.yaml:3: allow read(**)"},
            "grant": {"allow": ["read:/workspace"]}}, when)
        if end:
            self.row(2, begin, "", "", {
                "is_error": False, "result": {"sha256": "00" * 32, "size": 2},
                "outcome": dict({"kind": "exit", "exit_code": 0, "wall_us": 1500}, **outcome),
                "touched": {"files": [{"op": "open", "path": "/workspace/a.txt", "rights": "r"}]}}, when)
        return begin

    def attack(self, *statements):
        with self.open() as db:
            for trigger in ("audit_no_update", "audit_no_delete", "content_no_update", "content_no_delete"):
                db.execute(f"DROP TRIGGER IF EXISTS {trigger}")
            for statement in statements:
                db.execute(statement)

    def audit(self, *words, status=0):
        done = box("audit", *words, env={"BOXAGNTS_HOME": str(self.home)})
        if done.returncode != status:
            raise AssertionError(f"status {done.returncode}: {done.stdout!r} {done.stderr!r}")
        return (done.stdout if status in (0, 1) else done.stderr).decode()


class Audit(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.record = Record(self.dir.name)

    # ---- finding -------------------------------------------------------------------------------

    def test_list_is_newest_first_and_filtered(self):
        day = 86400 * 1_000_000
        now = int(time.time() * 1e6)
        old = self.record.call("read", when=now - 3 * day)
        first = self.record.call("read", run="r1")
        second = self.record.call("write", run="r1", arguments={"text": "hello"})
        third = self.record.call("read", run="r2")

        def ids(*flags):
            return [call["id"] for call in json.loads(self.record.audit("list", "--json", *flags))]

        self.assertEqual(ids(), [third, second, first, old])
        self.assertEqual(ids("--tool", "read"), [third, first, old])
        self.assertEqual(ids("--run", "r1"), [second, first])
        self.assertEqual(ids("--run", "r1", "--tool", "read"), [first])
        self.assertEqual(ids("--since", "1d"), [third, second, first])
        self.assertEqual(ids("--since", "4d"), [third, second, first, old])
        self.assertEqual(ids("--since", "2020-01-01"), [third, second, first, old])
        self.assertEqual(ids("--limit", "2"), [third, second])
        self.assertEqual(ids("--tool", "none"), [])
        text = self.record.audit("list")
        self.assertEqual(len(text.splitlines()), 4)
        self.assertIn("hello", text.splitlines()[1])

    def test_calls_of_executors_are_calls_of_their_run(self):
        """ID.N is an executor of ID; what only begins with the same letters is another run."""
        own = self.record.call("read", run="r1")
        one = self.record.call("write", run="r1.1")
        deep = self.record.call("write", run="r1.1.2")
        for run in ("r10", "r1-1", "r1/1", "r", "r2.1", ""):
            self.record.call("read", run=run)

        def ids(*flags):
            return [call["id"] for call in json.loads(self.record.audit("list", "--json", *flags))]
        for _ in range(2):                                      # before the derived tables are filled, and after
            self.assertEqual(ids("--run", "r1"), [deep, one, own])
            self.assertEqual(ids("--run", "r1.1"), [deep, one])
            self.assertEqual(ids("--run", "r1", "--tool", "write", "--limit", "1"), [deep])

    @unittest.skipIf(os.geteuid() != 0, "mounting needs root")
    def test_on_a_read_only_mount(self):
        """What is still in the log is read too, and nothing is left behind."""
        self.record.call("read")
        with self.record.open() as db:                          # its rows stay in the log as long as it is open
            db.execute("PRAGMA wal_autocheckpoint=0")
            last = self.record.call("write")
            self.assertGreater((self.record.home / "state.db-wal").stat().st_size, 0)
            scratch = tempfile.TemporaryDirectory()
            self.addCleanup(scratch.cleanup)
            script = ("mount --bind $1 $1 && mount -o remount,bind,ro $1 || exit 77; ! touch $1/x 2>/dev/null || exit 78; "
                      "$2 audit verify; $2 audit list --json; $2 audit show $3; $2 approvals allow 1")
            done = subprocess.run(["unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh", str(self.record.home), BOXAGNTS,
                                   str(last)], capture_output=True, check=False, timeout=60,
                                  env=dict(os.environ, BOXAGNTS_HOME=str(self.record.home), TMPDIR=scratch.name))
        if done.returncode == 77 or done.stderr.startswith(b"unshare"):
            self.skipTest(f"no mount of its own: {done.stderr!r}")
        out = done.stdout.decode()
        self.assertIn("whole: 4 rows", out, done)
        self.assertIn('"tool":"write"', out.replace(": ", ":"))
        self.assertEqual(done.returncode, 125)                  # the control: what writes does not work on a copy
        self.assertEqual(os.listdir(scratch.name), [])

    def test_what_is_wrong_with_a_flag_is_said(self):
        self.record.call("read")
        self.assertIn("'soon' is no time", self.record.audit("list", "--since", "soon", status=125))
        self.assertIn("no number", self.record.audit("list", "--limit", "0", status=125))
        self.assertIn("no call 99", self.record.audit("show", "99", status=125))
        self.assertIn("none of jsonl", self.record.audit("export", "--format", "xml", status=125))
        self.assertIn("choose calls", self.record.audit("export", "--tool", "read", status=125))

    def test_show(self):
        number = self.record.call("read", arguments={"path": "a\u001b[31m.txt"})
        text = self.record.audit("show", number)
        for part in ("read", "boxagnts.yaml:3", "read:/workspace", "/workspace/a.txt", "e2e"):
            self.assertIn(part, text)
        self.assertNotIn("\u001b", text)
        self.assertEqual(json.loads(self.record.audit("show", "--json", number))["id"], number)
        self.assertEqual(json.loads(self.record.audit("show", "--json", number + 1))["id"], number)  # by its end

    def test_a_call_whose_process_is_gone_is_unfinished(self):
        self.record.call("read", end=False)
        self.record.call("read")
        self.record.call("read", end=False, fate="denied")
        states = [call["state"] for call in json.loads(self.record.audit("list", "--json"))]
        self.assertEqual(states, ["unfinished", "done", "unfinished"])
        self.assertIn("unfinished", self.record.audit("list").splitlines()[2])
        self.assertIn("denied", self.record.audit("list").splitlines()[0])

    def test_an_empty_home(self):
        with tempfile.TemporaryDirectory() as home:
            done = box("audit", "list", "--json", env={"BOXAGNTS_HOME": home})
            self.assertEqual((done.returncode, json.loads(done.stdout)), (0, []))
            self.assertEqual(os.listdir(home), [])

    # ---- checking ------------------------------------------------------------------------------

    def verdict(self, *flags, whole):
        return json.loads(self.record.audit("verify", "--json", *flags, status=0 if whole else 1))

    def test_what_the_document_says_verifies(self):
        for i in range(20):
            self.record.call("read", run=f"run{i}")
        verdict = self.verdict(whole=True)
        self.assertEqual((verdict["rows"], verdict["last"]), (40, 40))
        self.assertEqual(verdict["hash"], self.record.last.hex())
        self.assertIn("whole: 40 rows", self.record.audit("verify"))

    def test_each_attack_is_found_at_its_row(self):
        attacks = {
            "UPDATE audit SET body = replace(body, 'a.txt', 'b.txt') WHERE id = 3": 3,
            "UPDATE audit SET time = time - 1 WHERE id = 4": 4,
            "DELETE FROM audit WHERE id = 5": 5,
            "DELETE FROM audit WHERE id < 3": 1,
            "UPDATE audit SET tool = 'x', hash = zeroblob(32) WHERE id = 3": 3,
        }
        for attack, row in attacks.items():
            with self.subTest(attack=attack), tempfile.TemporaryDirectory() as home:
                record = Record(home)
                for _ in range(4):
                    record.call("read")
                record.audit("verify")
                record.attack(attack)
                verdict = json.loads(record.audit("verify", "--json", status=1))
                self.assertEqual((verdict["whole"], verdict["first_wrong"]), (False, row))
                self.assertIn(f"row {row}:", record.audit("verify", status=1))

    def test_a_rehashed_change_breaks_the_next_link(self):
        for _ in range(4):
            self.record.call("read")
        with self.record.open() as db:
            prev, number, kind, call, when, tool, run, body = db.execute(
                "SELECT prev, id, kind, call, time, tool, run, body FROM audit WHERE id = 3").fetchone()
        body = body.replace("a.txt", "b.txt")
        forged = row_hash(prev, number, kind, call, when, tool, run, body).hex()
        self.record.attack(f"UPDATE audit SET body = '{body}', hash = x'{forged}' WHERE id = 3")
        self.assertEqual(self.verdict(whole=False)["first_wrong"], 4)

    def test_receipts(self):
        for _ in range(4):
            self.record.call("read")
        receipt = self.record.home / "receipt.json"
        receipt.write_text(self.record.audit("receipt"))
        self.assertEqual(json.loads(receipt.read_text())["hash"], self.record.last.hex())
        self.assertEqual((self.record.home / "keys/audit.key").stat().st_mode & 0o777, 0o600)
        self.record.call("write")
        self.assertTrue(self.verdict("--head", receipt, whole=True)["whole"])
        key = json.loads(receipt.read_text())["key"]
        self.assertTrue(self.verdict("--head", receipt, "--key", key, whole=True)["whole"])
        self.assertIn("before --from", self.record.audit("verify", "--head", receipt, "--from", 9, status=125))
        forged = json.loads(receipt.read_text())
        forged["id"] = 6
        (self.record.home / "forged.json").write_text(json.dumps(forged))
        self.assertIn("not what was signed",
                      self.record.audit("verify", "--head", self.record.home / "forged.json", status=125))
        self.assertIn("another key", self.record.audit("verify", "--head", receipt, "--key", "A" * 43 + "=", status=125))
        self.record.attack("DELETE FROM audit WHERE id > 6")
        self.assertTrue(self.verdict(whole=True)["whole"])                                  # the control
        verdict = self.verdict("--head", receipt, whole=False)
        self.assertEqual(verdict["first_wrong"], 7)

    def test_no_receipt_for_a_record_that_is_not_whole(self):
        self.record.call("read")
        self.record.attack("UPDATE audit SET time = 0 WHERE id = 1")
        self.assertIn("not whole: row 1", self.record.audit("receipt", status=125))

    def test_a_file_others_can_read_is_refused(self):
        self.record.call("read")
        self.record.path.chmod(0o640)
        self.assertIn("chmod 600", self.record.audit("list", status=125))

    # ---- for other programs --------------------------------------------------------------------

    def test_jsonl_can_be_checked_without_us(self):
        for _ in range(3):
            self.record.call("read", arguments={"text": 'quote " and \u00e9'})
        prev, n = bytes(32), 0
        for line in self.record.audit("export").splitlines():
            row = json.loads(line)
            body = line[line.index('"body":') + 7 : -1]
            kind = {"begin": 1, "end": 2}[row["kind"]]
            self.assertEqual(row["prev"], prev.hex())
            prev = row_hash(prev, row["id"], kind, row["call"], row["time_us"], row["tool"], row["run"], body)
            self.assertEqual(row["hash"], prev.hex())
            n += 1
        self.assertEqual(n, 6)
        self.assertEqual(len(self.record.audit("export", "--from", 4).splitlines()), 3)

    def test_a_body_somebody_made_no_json_stays_one_line(self):
        self.record.call("read")
        self.record.attack("UPDATE audit SET body = 'x\"\n{' WHERE id = 1")
        lines = self.record.audit("export").splitlines()
        self.assertEqual(json.loads(lines[0])["body"], 'x"\n{')
        self.assertEqual(len(lines), 2)

    def test_csv(self):
        self.record.call("read", arguments={"text": 'a "quoted", one'}, run="=1+1")
        rows = list(csv.DictReader(io.StringIO(self.record.audit("export", "--format", "csv"))))
        self.assertEqual(len(rows), 1)
        self.assertEqual(rows[0]["tool"], "read")
        self.assertEqual(rows[0]["run"], "'=1+1")
        self.assertEqual(json.loads(rows[0]["arguments"]), {"text": 'a "quoted", one'})
        self.assertEqual((rows[0]["outcome"], rows[0]["exit_code"], rows[0]["wall_us"]), ("exit", "0", "1500"))

    def test_otel(self):
        first = self.record.call("read", run="r1")
        self.record.call("write", run="r1", kind="deadline")
        self.record.call("read", end=False)
        spans = []
        for line in self.record.audit("export", "--format", "otel").splitlines():
            for resource in json.loads(line)["resourceSpans"]:
                spans += [span for scope in resource["scopeSpans"] for span in scope["spans"]]
        self.assertEqual([span["name"] for span in spans],
                         ["execute_tool read", "execute_tool write", "execute_tool read"])
        for span in spans:
            self.assertRegex(span["traceId"], "^[0-9a-f]{32}$")
            self.assertRegex(span["spanId"], "^[0-9a-f]{16}$")
            self.assertLessEqual(int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"]))
        attributes = {a["key"]: a["value"] for a in spans[2]["attributes"]}
        self.assertEqual(attributes["gen_ai.operation.name"], {"stringValue": "execute_tool"})
        self.assertEqual(attributes["gen_ai.tool.name"], {"stringValue": "read"})
        self.assertEqual(attributes["gen_ai.conversation.id"], {"stringValue": "r1"})
        self.assertEqual(attributes["gen_ai.tool.call.id"], {"stringValue": str(first)})
        self.assertEqual(spans[1]["traceId"], spans[2]["traceId"])
        self.assertNotEqual(spans[0]["traceId"], spans[2]["traceId"])
        errors = [{a["key"]: a["value"]["stringValue"] for a in span["attributes"] if "stringValue" in a["value"]}
                  .get("error.type") for span in spans]
        self.assertEqual(errors, ["unfinished", "deadline", None])
        self.assertEqual([span["status"].get("code") for span in spans], [2, 2, None])


class Recorded(unittest.TestCase):
    """Calls of the real program."""

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.workspace = pathlib.Path(self.dir.name)
        self.home = self.workspace / "home"
        (self.workspace / "a.txt").write_text("hello\n")

    def box(self, *words, status=0):
        done = box(*words, env={"BOXAGNTS_HOME": str(self.home)}, cwd=self.workspace)
        self.assertEqual(done.returncode, status, done)
        return done

    def calls(self):
        return json.loads(self.box("audit", "list", "--json").stdout)

    def test_a_call_and_what_it_touched(self):
        result = self.box("tool", "call", "--json", "read", '{"path":"a.txt"}').stdout
        self.assertTrue(result)
        self.box("tool", "call", "read", '{"path":"none.txt"}', status=1)
        self.box("tool", "call", "read", '{"pat":1}', status=1)
        refused, failed, good = self.calls()
        self.assertEqual([call["state"] for call in (refused, failed, good)], ["done"] * 3)
        self.assertEqual(refused["begin"]["fate"], "invalid")
        self.assertTrue(failed["end"]["is_error"])
        self.assertFalse(good["end"]["is_error"])
        self.assertEqual(good["begin"]["arguments"], {"path": "a.txt"})
        self.assertEqual(good["begin"]["grant"]["mounts"], {"/workspace": os.path.realpath(self.workspace)})
        self.assertIn("/workspace/a.txt", [file["path"] for file in good["end"]["touched"]["files"]])
        self.assertIn(b"whole: 6 rows", self.box("audit", "verify").stdout)

    def test_what_a_person_runs_is_recorded_where_it_is_asked_for(self):
        script = "cat a.txt; echo x > b.txt"
        self.box("sh", "--workspace", ".", "-c", script)
        self.assertFalse((self.home / "state.db").exists())     # the control
        self.box("sh", "--audit", "--workspace", ".", "-c", script)
        self.box("js", "--audit", "-e", "process.exit(3)", status=3)
        self.box("exec", "--audit", "--map-dir", f"{self.workspace}::/d", GUESTS / "exec_do.wasm", "--", "exit", "7", status=7)
        ran, js, sh = self.calls()
        self.assertEqual([call["tool"] for call in (ran, js, sh)], ["exec", "js", "sh"])
        self.assertEqual([call["state"] for call in (ran, js, sh)], ["done"] * 3)
        self.assertEqual(sh["begin"]["arguments"]["arguments"], ["-c", script])
        self.assertIn("rw:/workspace", sh["begin"]["grant"]["allow"])
        self.assertIn("/workspace/b.txt", [file["path"] for file in sh["end"]["touched"]["files"]])
        self.assertEqual(js["end"]["outcome"]["exit_code"], 3)
        self.assertTrue(js["end"]["is_error"])
        self.assertEqual(ran["begin"]["digest"], hashlib.sha256((GUESTS / "exec_do.wasm").read_bytes()).hexdigest())
        self.assertIn(b"whole: 6 rows", self.box("audit", "verify").stdout)
        (self.home / "state.db").chmod(0o644)                   # what cannot be recorded does not run
        done = self.box("sh", "--audit", "--workspace", ".", "-c", "echo x > c.txt", status=125)
        self.assertIn(b"chmod 600", done.stderr)
        self.assertFalse((self.workspace / "c.txt").exists())

    def test_power_safe(self):
        (self.workspace / "boxagnts.yaml").write_text("power_safe: true\n")
        call = ("tool", "call", "--policy", "auto", "read", '{"path":"a.txt"}')
        self.assertIn(b"power_safe", self.box(*call).stderr)    # of a workspace nobody trusts it is left out
        self.box("trust", ".")
        self.assertNotIn(b"power_safe", self.box(*call).stderr)
        self.assertIn(b"power_safe: true", self.box("policy", "show").stdout)
        self.assertEqual(len(self.calls()), 2)

    def test_no_secret_is_written_down(self):
        self.box("tool", "call", "bash", '{"command":"echo PASSWORD=Hidden7Hidden7; echo plain-words"}')
        self.assertIn("plain-words", json.dumps(self.calls()))                              # the control
        for name in ("state.db", "state.db-wal"):
            self.assertNotIn(b"Hidden7", (self.home / name).read_bytes())

    def test_what_cannot_be_recorded_does_not_run(self):
        self.box("tool", "call", "write", '{"path":"b.txt","content":"x"}')
        self.assertTrue((self.workspace / "b.txt").exists())                                # the control
        (self.home / "state.db").chmod(0o644)
        done = self.box("tool", "call", "write", '{"path":"c.txt","content":"x"}', status=125)
        self.assertIn(b"chmod 600", done.stderr)
        self.assertFalse((self.workspace / "c.txt").exists())

    def test_no_tool_reaches_the_record(self):
        self.box("tool", "call", "read", '{"path":"a.txt"}')
        for name in ("state.db", "state.db-wal", "state.db-shm"):
            self.assertTrue((self.home / name).exists())
            self.box("tool", "call", "read", json.dumps({"path": f"home/{name}"}), status=1)
            self.box("tool", "call", "write", json.dumps({"path": f"home/{name}", "content": "x"}), status=1)
        (self.home / "other").write_text("x\n")
        self.box("tool", "call", "read", '{"path":"home/other"}')                            # the control
        self.box("tool", "call", "write", '{"path":"home/other2","content":"x"}')            # and this
        # A journal is played back into the database; the rest is believed by every later run.
        for name in ("state.db-journal", "policy.lock", "AGENTS.md", "CLAUDE.md", "skills/s/SKILL.md", "agents/a.md", "believed"):
            self.box("tool", "call", "write", json.dumps({"path": f"home/{name}", "content": "x"}), status=1)
            self.assertFalse((self.home / name).exists(), name)
        self.assertIn(b"whole", self.box("audit", "verify").stdout)


if __name__ == "__main__":
    unittest.main()

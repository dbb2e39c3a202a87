"""The table of other people's C sources (third-party.txt), read for fetch-source and check_third_party.py."""
import pathlib
import re

TABLE = pathlib.Path(__file__).resolve().parent / "third-party.txt"
FIELDS = {"name", "version", "licence", "sha256", "root", "files", "licence-file", "used-by", "for"}
KINDS = ("crate", "sdist")
OPTIONAL = {"inside"}


class Source:
    """One stanza: its fields as attributes, `kind` and `package` ("libz-sys 1.1.31") for where it comes from."""

    def __init__(self, fields, text):
        kinds = [kind for kind in KINDS if kind in fields]
        missing = FIELDS - set(fields)
        unknown = set(fields) - FIELDS - set(KINDS) - OPTIONAL
        if len(kinds) != 1 or missing or unknown:
            raise ValueError(f"source '{fields.get('name', '?')}': missing {sorted(missing)}, unknown {sorted(unknown)}, "
                             f"and it has {len(kinds)} of {' and '.join(KINDS)}")
        self.kind = kinds[0]
        self.package = fields[self.kind]
        self.package_name, self.package_version = self.package.split()
        self.name, self.version, self.licence = fields["name"], fields["version"], fields["licence"]
        self.sha256, self.root = fields["sha256"], fields["root"]
        self.files, self.licence_file = fields["files"].split(), fields["licence-file"]
        self.inside = fields.get("inside", "")
        self.used_by, self.reason = fields["used-by"], fields["for"]
        self.text = text
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            raise ValueError(f"'{self.name}' is no name for a folder")
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise ValueError(f"source '{self.name}': sha256 is not 64 hexadecimal digits")


def read_table(path=TABLE):
    """All sources of the table, in its order."""
    found = []
    text = re.sub(r"^#.*\n", "", pathlib.Path(path).read_text(encoding="utf-8"), flags=re.M)
    for stanza in re.split(r"\n\s*\n", text.strip()):
        fields = {}
        for line in re.sub(r"\n[ \t]+", " ", stanza).splitlines():
            key, colon, value = line.partition(":")
            if not colon or key in fields:
                raise ValueError(f"a line of the table is no 'key: value', or comes twice: {line}")
            fields[key] = value.strip()
        found.append(Source(fields, stanza))
    return found

"""The rules of docs/architecture.md, read from the code's own imports."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("users", "catalog", "orders")
FEATURE_FILES = {"routes.py", "domain.py", "models.py", "schemas.py"}
BUSINESS = re.compile(r"\b(product|order(?!ed|ing| of)|cart|basket|price|stock|sku|shipment|refund|invoice)s?\b", re.I)


def sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "vendor" not in path.parts)


def service_sources() -> list[Path]:
    return [path for service in SERVICES for path in sources(ROOT / f"{service}-service")]


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, also inside functions; `from a import b` gives a and a.b."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def importing(paths: list[Path], pattern: str) -> list[str]:
    found = ((path, name) for path in paths for name in imports(path) if re.match(pattern, name))
    return [f"{path.relative_to(ROOT)} imports {name}" for path, name in found]


def named(*names: str) -> list[Path]:
    return [path for path in service_sources() if path.name in names]


def test_there_is_something_to_look_at():
    assert len(service_sources()) > 30


def test_domain_and_models_know_no_http():
    assert importing(named("domain.py", "models.py"), r"chalice($|\.)|common\.http") == []


def test_models_know_no_domain_and_no_routes():
    assert importing(named("models.py"), r"chalicelib\.\w+\.(domain|routes)") == []


def test_domain_knows_no_routes():
    assert importing(named("domain.py"), r"chalicelib\.\w+\.routes") == []


@pytest.mark.parametrize("service", SERVICES)
def test_features_call_each_others_domain_never_each_others_models(service):
    folder = ROOT / f"{service}-service" / "chalicelib"
    crossing = []
    for path in sources(folder):
        others = rf"chalicelib\.(?!{path.parent.name}\.)\w+\.models"
        if path.parent != folder:
            crossing += importing([path], others)
    assert crossing == []


def test_common_and_services_import_no_service_and_no_tool():
    foreign = r"(users|catalog|orders)(_service)?($|\.)|tools($|\.)|tests($|\.)"
    assert importing(sources(ROOT / "common") + service_sources(), foreign) == []


def test_common_imports_no_chalicelib():
    assert importing(sources(ROOT / "common"), r"chalicelib($|\.)|app$") == []


def test_common_knows_no_business_word():
    found = []
    for path in sources(ROOT / "common"):
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        names |= {
            n.name for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef | ast.ClassDef)
        }
        found += [f"{path.name}: {name}" for name in names if BUSINESS.search(name.replace("_", " "))]
    assert found == []


def test_only_config_reads_the_environment():
    readers = [
        str(path.relative_to(ROOT))
        for path in [*service_sources(), *sources(ROOT / "common")]
        if path.name != "config.py" and re.search(r"os\.(environ|getenv)|from os import", path.read_text())
    ]
    assert readers == []


def test_no_table_is_scanned():
    scanning = [
        str(path.relative_to(ROOT))
        for path in [*service_sources(), *sources(ROOT / "common")]
        if re.search(r"\.(scan|rate_limited_scan)\(", path.read_text())
    ]
    assert scanning == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_skeleton(service):
    folder = ROOT / f"{service}-service"
    expected = ["app.py", "requirements.txt", "resources.json", ".chalice/config.json"]
    expected += [f"chalicelib/{name}.py" for name in ("config", "errors", "events")]

    assert [name for name in expected if not (folder / name).exists()] == []
    assert (folder / "vendor" / "common").readlink() == Path("../../common")


@pytest.mark.parametrize("service", SERVICES)
def test_features_hold_the_same_files_by_name(service):
    routes = (ROOT / f"{service}-service" / "chalicelib").glob("*/routes.py")

    assert [str(path.parent) for path in routes if not (path.parent / "domain.py").exists()] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_an_authorisation_matrix(service):
    assert (ROOT / "tests" / service / "test_authorisation.py").exists()


def test_services_pin_what_they_ship_and_agree_on_versions():
    pins: dict[str, set[str]] = {}
    for service in SERVICES:
        for line in (ROOT / f"{service}-service" / "requirements.txt").read_text().splitlines():
            requirement = line.partition("#")[0].strip()
            if requirement:
                name, _, version = requirement.partition("==")
                pins.setdefault(name, set()).add(version)

    assert {name for name, versions in pins.items() if len(versions) != 1 or "" in versions} == set()
    assert not pins.keys() & {"boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "urllib3", "six"}


@pytest.mark.parametrize("service", SERVICES)
def test_policies_name_only_the_services_own_resources(service):
    others = [other for other in SERVICES if other != service]
    for policy in (ROOT / f"{service}-service" / ".chalice").glob("policy-*.json"):
        for statement in json.loads(policy.read_text())["Statement"]:
            resources = json.dumps(statement["Resource"])
            assert statement["Effect"] == "Allow"
            assert "*" not in statement["Action"]
            assert not any(re.search(rf"shop[-/]{other}", resources) for other in others)


@pytest.mark.parametrize("service", SERVICES)
def test_config_generates_no_policy_of_its_own(service):
    config = json.loads((ROOT / f"{service}-service" / ".chalice" / "config.json").read_text())

    assert all(
        stage.get("autogen_policy", config.get("autogen_policy")) is False for stage in config["stages"].values()
    )


def test_modules_are_short_and_every_module_says_what_it_is():
    undocumented = [
        p for p in [*service_sources(), *sources(ROOT / "common")] if not ast.get_docstring(ast.parse(p.read_text()))
    ]
    empty = [p for p in undocumented if not p.read_text().strip()]

    assert [str(p.relative_to(ROOT)) for p in undocumented if p not in empty] == []

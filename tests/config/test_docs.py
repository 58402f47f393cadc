"""Schemas, reference and defaults come from the types."""

import pytest
import yaml
from pydantic import BaseModel

from unjpeg.config import docs


@pytest.mark.parametrize("path", docs.schemas(), ids=lambda p: p.name)
def test_schemas_are_up_to_date(path):
    assert path.read_text("utf-8") == docs.schemas()[path], "run: python -m unjpeg.config.docs"


def test_the_reference_is_up_to_date(root):
    assert (root / "config" / "README.md").read_text("utf-8") == docs.readme(), (
        "run: python -m unjpeg.config.docs"
    )


@pytest.mark.parametrize("title", {**docs.STUDY, **docs.REGISTRY, **docs.PUBLISHED})
def test_every_key_has_a_description(title):
    kind: type[BaseModel] = {**docs.STUDY, **docs.REGISTRY, **docs.PUBLISHED}[title]
    for name, field in kind.model_fields.items():
        assert field.description, f"{kind.__name__}.{name}"


def test_the_schema_takes_the_studies_and_refuses_unknown_keys(root):
    jsonschema = pytest.importorskip("jsonschema")
    schema = yaml.safe_load((root / "workflow/schemas/config.schema.yaml").read_text("utf-8"))
    study = yaml.safe_load((root / "config/tiny.yaml").read_text("utf-8"))
    jsonschema.validate(study, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**study, "seeed": 1}, schema)

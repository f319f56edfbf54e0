"""Without recorded requests, drift and complaints cannot be investigated."""

from ..engine.api import Resource, Severity, Verdict, expect, failed, passed, rule

_ENTITIES = "config.served_entities"
_WAYS = ("ai_gateway.inference_table_config.enabled", "config.auto_capture_config.enabled")


@rule(
    "CKV_MLOPS_45",
    Severity.MEDIUM,
    "databricks_model_serving",
    rationale="Requests and answers are the evidence for monitoring, audits and customers' appeals.",
    fix="Set `ai_gateway { inference_table_config { enabled = true } }`.",
    control="Model monitoring; EU AI Act article 12 (records)",
)
def endpoints_record_what_they_answer(resource: Resource) -> Verdict:
    """Serving endpoints keep an inference table."""
    for way in _WAYS:
        if resource.block.has(way):
            return expect(resource.block, way, True)
    entities = resource.block.blocks(_ENTITIES)
    # A feature specification has no versions, and no model to record.
    if entities and not any(entity.has("entity_version") or entity.has("external_model") for entity in entities):
        return passed("it serves features, no model")
    return failed("no inference table is set; allowed: ai_gateway.inference_table_config with enabled = true")

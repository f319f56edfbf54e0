"""A scan as JUnit XML, which pipelines show as tests: one suite per stack, one case per check and resource."""

import re
from itertools import groupby
from xml.etree import ElementTree as Xml

from policies.checks.engine.verdict import Result
from policies.scan.result import Judged, Outcome

# Characters that XML 1.0 does not allow; names in a plan may contain any.
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def junit(outcome: Outcome) -> str:
    """The whole scan; problems with waivers are a separate suite."""
    suites = Xml.Element("testsuites", name="mlops scan")
    ordered = sorted(outcome.judged, key=lambda one: one.finding.stack)
    for stack, judged in groupby(ordered, key=lambda one: one.finding.stack):
        _suite(suites, stack, list(judged))
    waivers = Xml.SubElement(suites, "testsuite", name="waivers", tests=str(len(outcome.waiver_problems) or 1))
    waivers.set("failures", str(len(outcome.waiver_problems)))
    for problem in outcome.waiver_problems or ("all in force and in use",):
        case = Xml.SubElement(waivers, "testcase", classname="waivers", name=_clean(problem))
        if outcome.waiver_problems:
            Xml.SubElement(case, "failure", message=_clean(problem))
    # One case per line: in fragments, "hold no secret: databricks_job.x" may look like a secret.
    Xml.indent(suites)
    return Xml.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _suite(suites: Xml.Element, stack: str, judged: list[Judged]) -> None:
    skipped = [one for one in judged if _skip_reason(one)]
    suite = Xml.SubElement(suites, "testsuite", name=_clean(stack), tests=str(len(judged)))
    suite.set("failures", str(sum(one.fails for one in judged)))
    suite.set("skipped", str(len(skipped)))
    for one in judged:
        finding = one.finding
        name = _clean(f"{finding.rule} {finding.name}: {finding.address}")
        case = Xml.SubElement(suite, "testcase", classname=_clean(stack), name=name)
        reason = _skip_reason(one)
        if one.fails:
            Xml.SubElement(case, "failure", message=_clean(finding.reason)).text = _clean(finding.fix)
        elif reason:
            Xml.SubElement(case, "skipped", message=_clean(reason))


def _skip_reason(one: Judged) -> str | None:
    if one.finding.blocks and one.waiver is not None:
        return f"waived by {one.waiver.owner} until {one.waiver.expires}: {one.waiver.reason}"
    undecided = one.finding.result is Result.UNKNOWN and not one.finding.blocks
    return f"unknown: {one.finding.reason}" if undecided else None


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)

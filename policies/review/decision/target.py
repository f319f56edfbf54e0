"""The target branch's documents, so that only findings that the branch lacks block a plan.

They are the target branch's synthesized stacks, which need no cloud, or its plans.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from policies.checks.engine.document import Document
from policies.errors import DocumentError
from policies.json_file import read_document
from policies.terraform.documents import document_of

_STACKS = "stacks/*/cdk.tf.json"


def read_target(path: Path) -> Mapping[str, Document]:
    """The documents of the target branch, by stack.

    `path` is a folder of synthesized stacks (`cdktf.out`), a folder of plans called `<stack>.json`, or one such file.
    Raises DocumentError or UnreadableDocument.
    """
    found = {stack: document_of(read_document(file), stack) for stack, file in _files(path)}
    if not found:
        raise DocumentError(
            f"{path}: holds nothing of the target branch: neither {_STACKS} nor <stack>.json. "
            "Write its stacks there: mlops synth --out, in a checkout of it"
        )
    return found


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    """(stack, file). A file whose folder names the stack counts for that stack."""
    if not path.is_dir():
        yield path.parent.name if path.stem in ("plan", "cdk.tf") else path.stem, path
        return
    stacks = sorted(path.glob(_STACKS))
    yield from ((file.parent.name, file) for file in stacks)
    yield from () if stacks else ((file.stem, file) for file in sorted(path.glob("*.json")))

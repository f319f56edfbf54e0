"""What files, folders and secrets do, behind their routes."""

from localcloud.kernel.ledger import Behaviour, Level

BEHAVIOURS = (
    Behaviour(
        area="files, workspace files",
        does="an upload overwrites unless `overwrite` is false",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/files/upload",
        witness="tests/localcloud/services/workspace/test_files.py::test_a_file_is_not_overwritten_if_the_caller_says_so",
    ),
    Behaviour(
        area="files, workspace files",
        does="a directory comes in pages, a file in parts if it was not changed",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/files/download",
        witness="tests/localcloud/services/workspace/test_files.py::test_a_part_of_a_file_comes_if_it_was_not_changed",
    ),
    Behaviour(
        area="files, workspace files",
        does="an import makes what its format says, and overwrites its own type only",
        level=Level.EXECUTED,
        follows="https://docs.databricks.com/api/azure/workspace/workspace/import",
        witness="tests/localcloud/services/workspace/test_formats.py::test_an_import_makes_what_its_format_says",
    ),
    Behaviour(
        area="files, workspace files",
        does="reading needs READ_VOLUME, writing WRITE_VOLUME",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/volumes/privileges",
        witness="tests/localcloud/services/workspace/test_files.py::test_reading_and_writing_need_their_privileges",
    ),
    Behaviour(
        area="files, workspace files",
        does="no path leaves its volume",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/volumes/",
        witness="tests/localcloud/services/workspace/test_files.py::test_no_path_leaves_its_volume",
    ),
    Behaviour(
        area="files, workspace files",
        does="an external volume answers with the place that was declared; its files lie here",
        level=Level.EXECUTED,
        follows="https://github.com/databricks/terraform-provider-databricks/blob/v1.99.0/docs/resources/volume.md",
        witness="tests/localcloud/services/workspace/test_files.py::test_the_files_of_an_external_volume_lie_here_too",
    ),
    Behaviour(
        area="folders and what lies in them",
        does="all users manage what lies under `/Shared`, whatever its own permissions say",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/security/auth/access-control/",
        witness="tests/localcloud/services/workspace/test_folders.py::test_everybody_manages_what_lies_in_shared",
    ),
    Behaviour(
        area="folders and what lies in them",
        does="objects inherit the permissions of their folder",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/security/auth/access-control/",
        witness="tests/localcloud/services/workspace/test_folders.py::test_a_folder_of_ones_own_is_closed_until_it_is_opened",
    ),
    Behaviour(
        area="secrets",
        does="READ shows a value, a listing never does",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/security/secrets/",
        witness="tests/localcloud/services/workspace/test_workspace_objects.py::test_secrets_are_read_by_whom_they_are_for",
    ),
    Behaviour(
        area="secrets",
        does="names, sizes and number in a scope have Databricks' limits",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/security/secrets/",
        witness="tests/localcloud/services/workspace/test_workspace_routes.py::test_a_secret_has_up_to_128_kilobytes",
    ),
    Behaviour(
        area="secrets",
        does="a model's process gets the value, and nobody else",
        level=Level.EXECUTED,
        follows="https://learn.microsoft.com/azure/databricks/machine-learning/model-serving/store-env-variable-model-serving",
        witness="tests/localcloud/services/serving/test_endpoints.py::test_a_secret_reaches_the_model_and_is_never_shown",
    ),
)

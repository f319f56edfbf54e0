"""Azure DevOps, through its REST API with the run's System.AccessToken."""

from collections.abc import Mapping
from typing import Any

from delivery.host import Comment, DeliveryError, Rest, Ticket

_VERSION = {"api-version": "7.1"}
_TEXT = 1
# The only type of work item that every process has.
_KIND = "$Task"


class AzureDevOps:
    """The Azure DevOps host. `environment` has the variables of a run, and SYSTEM_ACCESSTOKEN.

    A comment is the first one of a closed thread, so that it does not block a merge. Its id is
    `<thread>/<comment>`.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        token = environment.get("SYSTEM_ACCESSTOKEN", "")
        if not token:
            raise DeliveryError("SYSTEM_ACCESSTOKEN is empty: map it, `SYSTEM_ACCESSTOKEN: $(System.AccessToken)`")
        self._rest = Rest(environment["SYSTEM_COLLECTIONURI"], token)
        self._project = environment["SYSTEM_TEAMPROJECTID"]
        self._number = environment.get("SYSTEM_PULLREQUEST_PULLREQUESTID", "")
        self._repository = f"{self._project}/_apis/git/repositories/{environment['BUILD_REPOSITORY_ID']}"

    def comments(self) -> list[Comment]:
        """See Host. Only this pipeline's comments begin with a marker; see delivery.comments."""
        found = self._call("GET", self._threads())["value"]
        return [
            Comment(id=f"{thread['id']}/{thread['comments'][0]['id']}", text=thread["comments"][0].get("content", ""))
            for thread in found
            if not thread.get("isDeleted") and thread["comments"] and thread["comments"][0].get("commentType") == "text"
        ]

    def add_comment(self, text: str) -> None:
        """See Host."""
        first = {"parentCommentId": 0, "content": text, "commentType": _TEXT}
        self._call("POST", self._threads(), {"comments": [first], "status": "closed"})

    def change_comment(self, comment: Comment, text: str) -> None:
        """See Host."""
        self._call("PATCH", self._comment(comment), {"content": text})

    def remove_comment(self, comment: Comment) -> None:
        """See Host."""
        self._call("DELETE", self._comment(comment))

    def open_tickets(self, label: str) -> list[Ticket]:
        """See Host."""
        query = (
            "select [System.Id] from WorkItems where [System.TeamProject] = @project "
            f"and [System.Tags] contains '{label}' and [System.State] <> 'Done' and [System.State] <> 'Closed'"
        )
        found = self._call("POST", f"{self._project}/_apis/wit/wiql", {"query": query})["workItems"]
        return [self._ticket(str(each["id"])) for each in found]

    def open_ticket(self, title: str, text: str, label: str) -> None:
        """See Host."""
        fields = {"System.Title": title, "System.Tags": label, "System.Description": text}
        self._fields("POST", f"{self._project}/_apis/wit/workitems/{_KIND}", fields)

    def change_ticket(self, ticket: Ticket, text: str) -> None:
        """See Host."""
        self._fields("PATCH", self._item(ticket.id), {"System.Description": text})

    def close_ticket(self, ticket: Ticket, why: str) -> None:
        """See Host. The name of the last state depends on the process, so it is read from the item."""
        states = self._call("GET", f"{self._project}/_apis/wit/workitemtypes/{_KIND[1:]}/states")["value"]
        last = next(each["name"] for each in states if each["category"] == "Completed")
        self._fields("PATCH", self._item(ticket.id), {"System.History": why, "System.State": last})

    def propose(self, branch: str, title: str, text: str) -> None:
        """See Host."""
        source = f"refs/heads/{branch}"
        asked = {"searchCriteria.sourceRefName": source, "searchCriteria.status": "active"}
        if self._call("GET", f"{self._repository}/pullrequests", **asked)["value"]:
            return
        target = self._call("GET", self._repository)["defaultBranch"]
        body = {"sourceRefName": source, "targetRefName": target, "title": title, "description": text}
        self._call("POST", f"{self._repository}/pullrequests", body)

    def _threads(self) -> str:
        if not self._number:
            raise DeliveryError("this run is of no pull request: run it by a build validation of the target branch")
        return f"{self._repository}/pullRequests/{self._number}/threads"

    def _comment(self, comment: Comment) -> str:
        thread, number = comment.id.split("/")
        return f"{self._threads()}/{thread}/comments/{number}"

    def _item(self, number: str) -> str:
        return f"{self._project}/_apis/wit/workitems/{number}"

    def _ticket(self, number: str) -> Ticket:
        return Ticket(id=number, title=self._call("GET", self._item(number))["fields"]["System.Title"])

    def _call(self, method: str, path: str, body: object = None, **query: str) -> Any:
        return self._rest.call(method, path, body, params={**query, **_VERSION})

    def _fields(self, method: str, path: str, fields: Mapping[str, str]) -> None:
        patch = [{"op": "add", "path": f"/fields/{name}", "value": value} for name, value in fields.items()]
        headers = {"Content-Type": "application/json-patch+json"}
        self._rest.call(method, path, patch, params=_VERSION, headers=headers)

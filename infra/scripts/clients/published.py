"""Uses skhokho as a stranger's program does: with a client of the contract's document as it was published.

It creates, lists, updates, pays, cancels and duplicates invoices, in each of the three encodings of a body.
"""

import base64
import datetime
import importlib
import json
import sys
import urllib.request
from pathlib import Path

from clients.generators import openapi_python_client
from support import ROOT, expect

DOCUMENT = ROOT / "infra/local/tests/it/skhokho/openapi.json"

# The arguments of httpx that carry a body, by the body's type.
ENCODINGS = {
    "application/json": "json",
    "application/x-www-form-urlencoded": "data",
    "multipart/form-data; boundary=+++": "files",
}


def generate(directory: Path) -> None:
    openapi_python_client(DOCUMENT, directory / "skhokho")


class Check:
    def __init__(self, address: str) -> None:
        from skhokho import AuthenticatedClient

        with urllib.request.urlopen(f"{address}/_local/credentials") as answer:
            credentials = json.load(answer)
        login = f"{credentials['username']}:{credentials['password']}"
        token = base64.b64encode(login.encode()).decode()
        self.organisation = credentials["organization_id"]
        self.api = AuthenticatedClient(base_url=address, token=token, prefix="Basic")
        self.client_id = self.new_client(address, credentials["token"])
        self.calls = 0

    @staticmethod
    def new_client(address: str, token: str) -> str:
        """Clients are crm's: the document has none to make."""
        body = json.dumps({"name": "Generated", "attributes": {"entity_type": "company"}}).encode()
        headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(f"{address}/api/clients/", body, headers)) as answer:
            return json.load(answer)["id"]

    def call(self, operation: str, *ids: str, encoding: str | None = None, **arguments):
        """Calls an operation as the generated client does, and gives what it makes of the answer."""
        module = importlib.import_module(f"skhokho.api.invoices.{operation}")
        request = module._get_kwargs(self.organisation, *ids, **arguments)
        if encoding:
            # The generator writes the body into one request in every encoding that the document allows.
            for name, argument in ENCODINGS.items():
                if name != encoding:
                    request.pop(argument)
            request["headers"]["Content-Type"] = encoding
        response = self.api.get_httpx_client().request(**request)
        self.calls += 1
        parsed = module._build_response(client=self.api, response=response)
        if not response.is_success or parsed.parsed is None:
            sys.exit(f"{operation}: {response.status_code} {response.text}")
        return parsed.parsed

    def act(self, invoice, action: str, **parameters):
        from skhokho.models import OrganisationInvoicesActionRetrieveAction as Action

        operation = "organisation_invoices_action_retrieve"
        return self.call(operation, invoice.unique_id, action=Action(action), **parameters)

    def run(self) -> None:
        for number, encoding in enumerate(ENCODINGS):
            self.life_of_an_invoice(f"GEN-{number}", encoding)
        print(f"skhokho, as published: the client made {self.calls} calls, all as the document says")

    def life_of_an_invoice(self, number: str, encoding: str) -> None:
        from skhokho.models import InvoiceItemRequest, InvoiceRequest, PatchedInvoiceRequest

        due = datetime.date(2099, 1, 31)
        body = InvoiceRequest(title="Generated", invoice_number=number, due_date=due, client_id=self.client_id)
        item = InvoiceItemRequest(quantity="2.00", unit_price="50.00", vat_rate="15.00", currency="ZAR")
        if encoding == "application/x-www-form-urlencoded":
            # A generated client writes Python there; what a person would write is the list as JSON.
            body["items"] = json.dumps([item.to_dict()])
        else:
            body.items = [item]
        made = self.call("organisation_invoices_create_create", encoding=encoding, body=body)
        expect(made.total_amount, "115.00")
        expect((made.client.name, made.client.entity_type.value), ("Generated", "company"))
        expect(made.items[0].line_total, "115.00")
        expect(self.call("organisation_invoices_retrieve", made.unique_id).to_dict(), made.to_dict())
        listed = self.call("organisation_invoices_list", search=number, client_id=self.client_id)
        expect([row.unique_id for row in listed], [made.unique_id])

        patch = PatchedInvoiceRequest(title="Updated")
        updated = self.call(
            "organisation_invoices_update_partial_update", made.unique_id, encoding=encoding, body=patch
        )
        expect((updated.title, updated.total_amount), ("Updated", "115.00"))
        body.title = "Replaced"
        replaced = self.call("organisation_invoices_update_update", made.unique_id, encoding=encoding, body=body)
        expect((replaced.title, replaced.total_amount), ("Replaced", "115.00"))

        expect(self.act(made, "send").status.value, "sent")
        part = self.act(made, "record_payment", amount=15.5, payment_date="2026-01-31")
        expect((part.status.value, part.remaining_amount), ("partially_paid", "99.50"))
        expect(self.act(made, "mark_as_paid").remaining_amount, "0.00")
        copy = self.act(made, "duplicate")
        expect((copy.status.value, copy.total_amount, copy.paid_amount), ("draft", "115.00", "0.00"))
        expect(self.act(copy, "cancel").status.value, "cancelled")

"""Ten calls and more with each contract, by the clients that openapi-generator makes of its document: in Python here, in
TypeScript in calls.ts.

The Python client checks what is sent and what is answered against the document.
"""

import datetime
import importlib
import json
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import urllib3
from clients.generators import run
from support import expect

DUE = datetime.date(2099, 1, 31)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000"
    "01f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


class Client:
    """A generated client, which counts its calls."""

    def __init__(self, contract: str, address: str, **credential) -> None:
        self.contract, self.calls = contract, 0
        self.package = importlib.import_module(f"{contract}_client")
        # An API key of clawprint has ten requests a second; `Retry-After` says when the next one is taken.
        retries = urllib3.Retry(total=3, status_forcelist=[429], allowed_methods=None)
        self.http = self.package.ApiClient(self.package.Configuration(host=address, retries=retries, **credential))

    def __getattr__(self, name: str):
        """The class of a schema."""
        return getattr(self.package, name)

    def call(self, operation: str, *arguments, **named):
        self.calls += 1
        return self._operation(operation)(*arguments, **named)

    def is_refused(self, status: int, operation: str, *arguments, **named):
        """The failure that the client makes of a refusal."""
        try:
            self.call(operation, *arguments, **named)
        except self.package.ApiException as refusal:
            expect(refusal.status, status)
            return refusal.data
        sys.exit(f"{self.contract}: {operation} was not refused")

    def _operation(self, name: str) -> Callable:
        apis = [getattr(self.package, api) for api in dir(self.package) if api.endswith("Api")]
        return next(getattr(api(self.http), name) for api in apis if hasattr(api, name))


def call_all(directory: Path, address: str) -> None:
    with urllib.request.urlopen(f"{address}/_local/credentials") as answer:
        known = json.load(answer)
    token = {"api_key": {"token": known["token"]}, "api_key_prefix": {"token": "Token"}}
    clients = [
        (crm, Client("crm", address, **token)),
        (clawprint, Client("clawprint", address, access_token=known["api_key"])),
        (bottlecrm, Client("bottlecrm", address, access_token=known["access"])),
        (skhokho, Client("skhokho", address, username=known["username"], password=known["password"])),
        (namaste, Client("namaste", address, access_token=known["access"])),
    ]
    for calls, client in clients:
        calls(client, known)
        if client.calls < 10:
            sys.exit(f"{client.contract}: {client.calls} calls are too few")
        print(f"{client.contract}: {client.calls} calls in Python, all as the document says")
    print(run("node", directory / "js" / "calls.js", address, json.dumps(known)), end="")


def crm(api: Client, known: dict) -> None:
    expect(api.call("me").email, known["email"])
    client = api.call("clients_create", api.ClientBody(name="Generated", list_of_tasks=[api.TaskBody(task="Call")]))
    done = api.TaskUpdateBody(task_id=client.list_of_tasks[0].id, completed=True)
    expect(api.call("clients_update_task", client.id, done).list_of_tasks[0].completed, True)
    renamed = api.call("clients_partial_update", client.id, api.ClientPatch(attributes={"rank": 1.5}))
    expect((renamed.name, renamed.attributes), ("Generated", {"rank": 1.5}))
    expect(api.call("clients_upload", client.id, ("scan.png", PNG)).url.startswith("http"), True)
    expect([row.id for row in api.call("clients_list", name="generated")], [client.id])
    contact = api.call("contacts_create", api.ContactBody(client=client.id, first_name="Ada", is_primary=True))
    stages = [api.StageBody(name="New")]
    pipeline = api.call("pipelines_create", api.PipelineBody(name="Generated", stages=stages))
    lead = api.call("leads_create", api.LeadBody(name="Generated", pipeline=pipeline.id, stage="New"))
    expect(api.call("leads_partial_update", lead.id, api.LeadPatch(stage="Won")).stage, "Won")
    item = api.call("catalogue_create", api.CatalogueItemBody(name="Generated", base_price="80.00", tax_rate="15"))
    tier = api.PriceTierBody(name="Many", min_quantity=10, price="70.00")
    expect(api.call("price_tiers_create", item.id, tier).price, "70.00")
    invoice = api.call("invoices_create", api.InvoiceBody(client=client.id, contact=contact.id, due_date=DUE))
    line = api.LineItemBody(catalogue_item=item.id, quantity="10")
    expect(api.call("line_items_create", invoice.id, line).unit_price, "70.00")
    expect(api.call("invoices_retrieve", invoice.id).total, "805.00")
    refused = api.is_refused(400, "payments_create", invoice.id, api.PaymentBody(amount="0.00", method="cash"))
    expect(list(refused.actual_instance), ["amount"])
    api.call("payments_create", invoice.id, api.PaymentBody(amount="805.00", method="cash"))
    expect(api.call("invoices_retrieve", invoice.id).status, "paid")
    expect(api.is_refused(409, "clients_destroy", client.id).detail, "A client with invoices cannot be deleted.")
    expect(api.call("leads_destroy", lead.id), None)
    hook = api.WebhookBody(name="Generated", model="Invoice", url="http://127.0.0.1:9/{id}")
    hook = api.call("webhooks_create", hook)
    expect(hook.secret.startswith("whsec_"), True)
    trial = api.call("webhooks_test", hook.id, api.TestBody(object_id=invoice.id))
    expect((trial.matches, trial.body["total"]), (True, "805.00"))


def clawprint(api: Client, known: dict) -> None:
    business = known["business_id"]
    expect([row.business_id for row in api.call("list_businesses").businesses], [business])
    line = api.LineItemBody(description="Hours", quantity=2, unit_price=5000, tax_rate=10)
    body = api.InvoiceBody(business_id=business, customer_email="ada@example.com", line_items=[line])
    made = api.call("create_invoice", body, idempotency_key="generated")
    expect((made.total_amount, made.status), (11000, "draft"))
    again = api.call("create_invoice", body, idempotency_key="generated")
    expect(again.to_dict(), made.to_dict())
    expect(api.call("get_invoice", made.invoice_id).line_items[0].quantity, 2)
    expect(api.call("update_invoice", made.invoice_id, api.InvoicePatchBody(notes="Thanks")).notes, "Thanks")
    expect(api.call("list_invoices", business, limit=1).count > 1, True)
    link = api.call("create_payment_link", made.invoice_id)
    expect(api.call("get_payment_link", made.invoice_id).payment_link_url, link.payment_link_url)
    expect(api.call("get_invoice", made.invoice_id).status, "sent")
    failure = api.is_refused(404, "get_invoice", "inv_" + "0" * 32)
    expect((failure.error, failure.details), ("Not found", {}))
    key = api.call("create_api_key", business)
    expect(api.call("delete_api_key", business, key.api_key.split(":")[0]), None)
    expect(api.call("cancel_invoice", made.invoice_id).invoice_id, made.invoice_id)


def bottlecrm(api: Client, known: dict) -> None:
    body = api.InvoiceBody(invoice_title="Generated", name="Ada", email="ada@example.com", quantity="2", rate="40.00")
    made = api.call("create_invoice", body)
    expect((made.total_amount, made.status), ("80.00", "Draft"))
    expect(api.call("list_invoices", name="ada", limit=1).results[0].id, made.id)
    expect(api.call("patch_invoice", made.id, api.InvoicePatch(quantity="3")).total_amount, "120.00")
    expect(api.call("update_invoice", made.id, api.InvoicePatch(due_date=DUE)).due_date, DUE)
    expect(api.call("add_invoice_comment", made.id, api.CommentBody(comment="Looks good")).comment, "Looks good")
    named = api.call("add_invoice_attachment", made.id, ("März.txt", b"text"))
    expect((named.file_name, named.size), ("März.txt", 4))
    expect(bytes(api.call("get_invoice_pdf", made.id))[:5], b"%PDF-")
    mail = api.MailBody(recipients=["ada@example.com"])
    expect(api.call("send_invoice_email", made.id, mail).error, False)
    shown = api.call("get_invoice_details", made.id)
    expect((shown.status, len(shown.comments), len(shown.attachments)), ("Sent", 1, 1))
    paid = api.call("update_invoice_status", made.id, api.StatusBody(status="Paid"))
    expect(paid.status, "Paid")
    refused = api.is_refused(422, "update_invoice_status", made.id, api.StatusBody(status="Draft"))
    expect((refused.error, list(refused.errors)), (True, ["status"]))
    again = api.call("create_invoice", body)
    expect(api.call("delete_invoice", again.id).error, False)


def skhokho(api: Client, known: dict) -> None:
    organisation = known["organization_id"]
    client = Client("crm", api.http.configuration.host, api_key={"token": f"Token {known['token']}"})
    client = client.call("clients_create", client.ClientBody(name="Generated"))

    def call(operation: str, *arguments, **named):
        return api.call(f"organisation_invoices_{operation}", organisation, *arguments, **named)

    item = api.InvoiceItemRequest(quantity="2.00", unit_price="50.00", vat_rate="15.00", currency="ZAR")
    body = api.InvoiceRequest(
        title="Generated", invoice_number="OAG-1", due_date=DUE, client_id=str(client.id), items=[item]
    )
    made = call("create_create", body)
    expect((made.total_amount, made.items[0].line_total), ("115.00", "115.00"))
    expect(call("retrieve", made.unique_id).to_dict(), made.to_dict())
    expect([row.unique_id for row in call("list", search="OAG-1")], [made.unique_id])
    patch = api.PatchedInvoiceRequest(title="Updated")
    expect(call("update_partial_update", made.unique_id, patch).title, "Updated")
    body.title = "Replaced"
    expect(call("update_update", made.unique_id, body).title, "Replaced")
    taken = api.is_refused(400, "organisation_invoices_create_create", organisation, body)
    expect(list(taken.actual_instance), ["invoice_number"])
    expect(call("action_retrieve", made.unique_id, "send").status, "sent")
    part = call("action_retrieve", made.unique_id, "record_payment", amount=15.5, payment_date="2026-01-31")
    expect((part.status, part.remaining_amount), ("partially_paid", "99.50"))
    expect(call("action_retrieve", made.unique_id, "mark_as_paid").remaining_amount, "0.00")
    copy = call("action_retrieve", made.unique_id, "duplicate")
    expect(call("action_retrieve", copy.unique_id, "cancel").status, "cancelled")


def namaste(api: Client, known: dict) -> None:
    category = api.call("create_product_category", api.ProductCategoryBody(name="Generated"))
    body = api.ProductBody(product_name="Made", category=category.id, unit_price="80.00", quantity=5)
    api.call("create_product", body)
    page = api.call("list_products", page=1).actual_instance
    product = next(row for row in page.results if row.product_name == "Made")
    expect(api.call("list_products", id=product.id).actual_instance.to_dict(), product.to_dict())
    api.call("update_product", product.id, api.ProductPatch(quantity=7))
    api.call("create_party", api.PartyBody(Category_type="Customer", name="Ada", email="ada@generated.example"))
    parties = api.call("list_parties", category_type="Customer").actual_instance
    line = api.BillingItemBody(item=product.id, quantity=2, rate="80.00")
    body = api.BillingBody(invoice_number="NAM-1", due_date=DUE, party=parties.results[0].id, items=[line])
    api.call("create_billing", body)
    last = -(-api.call("list_billings").actual_instance.count // 10)
    billing = api.call("list_billings", page=last).actual_instance.results[-1]
    shown = api.call("list_billings", id=billing.id).actual_instance
    expect((shown.total_amount, shown.items[0].quantity), ("160.00", 2))
    refused = api.is_refused(400, "create_billing", body)
    expect(list(refused.actual_instance), ["invoice_number"])
    expense = api.ExpenseBody(amount="12.50", date=datetime.date(2026, 1, 31), category="Rent")
    api.call("create_expense", expense)
    expect(api.call("list_expenses").actual_instance.count > 0, True)
    api.call("create_payment_method", api.PaymentMethodBody(name="Generated"))
    missing = api.is_refused(404, "list_products", page=1000)
    expect(missing.actual_instance.detail, "Invalid page.")
    api.call("delete_billing", billing.id)

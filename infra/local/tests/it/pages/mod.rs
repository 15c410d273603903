//! The customer's page of an invoice, as a browser gets it.

mod content;
mod download;
mod tokens;
mod viewing;

use app::App;
use domain::Tenant;
use domain::id::{InvoiceId, OrganisationId};
use domain::invoice::{Header, HistoryEntry};
use http::Method;
use serde_json::{Value, json};
use store::Store;
use tributary_local::registry;

use crate::support::{Answer, BROWSER, Tributary, User};

/// A cloud, and an owner who has a client.
struct Scene {
    tributary: Tributary,
    owner: User,
    client: String,
}

impl Scene {
    async fn start() -> Self {
        let tributary = Tributary::start().await;
        let owner = tributary.sign_up("owner").await;
        let client = tributary.post(&owner, "/api/clients/", json!({"name": "Acme Corp"})).await.expect(201);
        Self { tributary, owner, client: text(&client, "id") }
    }

    /// Makes an invoice of this client with these fields.
    async fn invoice(&self, mut fields: Value) -> Value {
        fields["client"] = json!(self.client);
        self.tributary.post(&self.owner, "/api/invoices/", fields).await.expect(201)
    }

    /// Makes an invoice that is sent, over 100.00.
    async fn sent(&self) -> Value {
        self.invoice(json!({"status": "sent", "subtotal": "100.00"})).await
    }

    async fn patch(&self, invoice: &Value, fields: Value) -> Value {
        self.tributary.patch(&self.owner, &path(invoice), fields).await.expect(200)
    }

    async fn pay(&self, invoice: &Value, amount: &str) {
        let payment = json!({"amount": amount, "method": "bank_transfer", "reference": "WIRE-77", "notes": "by phone"});
        self.tributary.post(&self.owner, &format!("{}payments/", path(invoice)), payment).await.expect(201);
    }

    /// Opens an invoice's page as a browser does.
    async fn open(&self, invoice: &Value) -> Answer {
        self.open_with(Method::GET, invoice, &[]).await
    }

    async fn open_with(&self, method: Method, invoice: &Value, headers: &[(&str, &str)]) -> Answer {
        self.at(method, &page_of(&self.tributary, invoice), headers).await
    }

    async fn at(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let browser = BROWSER.into_iter().filter(|(name, _)| headers.iter().all(|(own, _)| own != name));
        let headers: Vec<_> = headers.iter().copied().chain(browser).collect();
        self.tributary.raw(method, path, &headers, "").await
    }

    async fn tenant(&self) -> Tenant {
        let me = self.tributary.get(&self.owner, "/api/me/").await.expect(200);
        Tenant::trusted(OrganisationId::new(text(&me, "organization_id").parse().unwrap()))
    }

    /// What is kept of an invoice: crm has no word for viewed.
    async fn kept(&self, invoice: &Value) -> (Header, Vec<HistoryEntry>) {
        let (store, tenant) = (self.store(), self.tenant().await);
        let id: InvoiceId = text(invoice, "id").parse().unwrap();
        let header = store.invoice_header(tenant, id).await.unwrap().unwrap();
        (header, store.invoice_history(tenant, id).await.unwrap())
    }

    fn store(&self) -> Store {
        let environment = self.tributary.cloud.environment();
        Store::new(environment.sdk.dynamodb(&environment.dynamodb_url), &environment.table_name)
    }

    fn app(&self) -> App {
        registry::app(self.tributary.cloud.environment())
    }
}

fn text(object: &Value, field: &str) -> String {
    object[field].as_str().unwrap_or_else(|| panic!("{field} in {object}")).to_owned()
}

/// An invoice's path in the API.
fn path(invoice: &Value) -> String {
    format!("/api/invoices/{}/", text(invoice, "id"))
}

/// The path of an invoice's page.
fn page_of(tributary: &Tributary, invoice: &Value) -> String {
    let url = text(invoice, "hosted_url");
    let path = url.strip_prefix(tributary.base_url()).unwrap_or_else(|| panic!("{url} is elsewhere"));
    assert!(path.starts_with("/i/"), "{url}");
    path.to_owned()
}

/// A page for people that shows no invoice.
#[track_caller]
fn not_found(answer: &Answer) {
    assert_eq!(answer.status, 404, "{}", answer.text);
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(answer.text.contains("<h1>Invoice not found</h1>"), "{}", answer.text);
}

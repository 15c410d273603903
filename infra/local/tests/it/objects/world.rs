//! An organisation with an object of every kind, each with every reference that it can have.

use http::Method;
use serde_json::{Value, json};

use super::Office;

/// An object in the words of a contract: where it is read, and where it is saved.
pub struct Kept {
    pub contract: &'static str,
    pub read: String,
    pub saves: Vec<(Method, String)>,
}

/// What the objects refer to, and can be deleted while they do.
pub struct Referred {
    /// Paths that take DELETE, in crm but for the payment method.
    pub deleted: Vec<String>,
    pub attributes: Vec<String>,
    pub pipeline: String,
}

/// Both ways to save an object at the path where it is read.
fn saved_at(contract: &'static str, path: String) -> Kept {
    let saves = [Method::PUT, Method::PATCH].map(|method| (method, path.clone())).into();
    Kept { contract, read: path, saves }
}

/// An object that `?id=` names.
fn numbered(path: &str, number: impl std::fmt::Display) -> Kept {
    let path = format!("{path}?id={number}");
    Kept { contract: "namaste", read: path.clone(), saves: vec![(Method::PUT, path)] }
}

impl Office {
    /// An object of each kind of all contracts.
    pub async fn furnish(&self) -> (Vec<Kept>, Referred) {
        let attributes = self.define(json!({})).await;
        let (mut kept, mut deleted) = (Vec::new(), Vec::new());
        kept.extend(attributes.iter().map(|id| saved_at("crm", format!("/api/attributes/{id}"))));
        let client = self.client(&mut kept).await;
        let leaver = self.leaver(&mut kept, &mut deleted).await;
        let pipeline = self.leads(&mut kept, &mut deleted, &leaver).await;
        let item = self.catalogue(&mut kept, &mut deleted).await;
        let contact = self.contact(&mut kept, &client).await;
        let method = self.namaste(&mut kept, &mut deleted).await;
        self.invoices(&mut kept, &client, &contact, &item, &leaver).await;
        self.billings(&mut kept, &method).await;
        deleted.push(format!("/api/contacts/{contact}"));
        deleted.push(format!("/api/catalogue/{item}"));
        deleted.push(format!("/api/payment-methods?id={method}"));
        (kept, Referred { deleted, attributes, pipeline })
    }

    async fn client(&self, kept: &mut Vec<Kept>) -> String {
        let body = json!({
            "name": "Acme", "attributes": values(), "list_of_tasks": [{"task": "Call", "date": "2026-03-01"}],
            "list_of_notes": [{"note": "Met at the fair"}]
        });
        let id = self.make("/api/clients", body).await;
        kept.push(saved_at("crm", format!("/api/clients/{id}")));
        id
    }

    /// A member who is going to leave: `[id, uuid]`.
    async fn leaver(&self, kept: &mut Vec<Kept>, deleted: &mut Vec<String>) -> [Value; 2] {
        let member = |name: &str| json!({"username": name, "email": format!("{name}@example.com"), "password": "SecurePass123!", "groups": ["Sales"]});
        let stays = self.make("/api/users", member("stays")).await;
        kept.push(saved_at("crm", format!("/api/users/{stays}")));
        let leaver = self.post("crm", "/api/users", member("leaves")).await;
        deleted.push(format!("/api/users/{}", leaver["id"]));
        [leaver["id"].clone(), leaver["uuid"].clone()]
    }

    /// A lead, a service with a follow-up, and a contact, all of a client who goes.
    async fn leads(&self, kept: &mut Vec<Kept>, deleted: &mut Vec<String>, [leaver, _]: &[Value; 2]) -> String {
        let goes = self.make("/api/clients", json!({"name": "Goes"})).await;
        let stages = json!([{"name": "Prospecting"}, {"name": "Negotiation"}]);
        let pipeline = self.make("/api/pipelines", json!({"name": "B2B", "stages": stages})).await;
        kept.push(saved_at("crm", format!("/api/pipelines/{pipeline}")));
        let lead = json!({
            "name": "Lead", "responsible": leaver, "pipeline": pipeline, "stage": "Negotiation",
            "possible_client": goes, "attributes": values(), "client_attributes": values(),
            "service_attributes": [values(), {"kind": "Health"}]
        });
        let lead = self.make("/api/leads", lead).await;
        kept.push(saved_at("crm", format!("/api/leads/{lead}")));
        let service = json!({"name": "Student", "client": goes, "attributes": values()});
        let service = format!("/api/services/{}", self.make("/api/services", service).await);
        let follow_up = json!({"follow_up_date": "2026-03-01T10:00:00Z", "attributes": values()});
        let follow_up = self.make(&format!("{service}/follow-ups"), follow_up).await;
        for service in [service.as_str(), service.trim_start_matches("/api")] {
            kept.push(saved_at("crm", format!("{service}/follow-ups/{follow_up}")));
        }
        kept.push(saved_at("crm", service));
        let contact = json!({"client": goes, "first_name": "Ana", "is_primary": true, "attributes": values()});
        let contact = self.make("/api/contacts", contact).await;
        kept.push(saved_at("crm", format!("/api/contacts/{contact}")));
        deleted.push(format!("/api/clients/{goes}"));
        let hook = json!({"name": "Hook", "model": "Client", "url": "https://example.com/{id}"});
        kept.push(saved_at("crm", format!("/api/webhooks/{}", self.make("/api/webhooks", hook).await)));
        pipeline
    }

    async fn contact(&self, kept: &mut Vec<Kept>, client: &str) -> String {
        let stays = self.make("/api/contacts", json!({"client": client, "first_name": "Stays"})).await;
        kept.push(saved_at("crm", format!("/api/contacts/{stays}")));
        self.make("/api/contacts", json!({"client": client, "first_name": "Goes"})).await
    }

    /// Categories and items, of which one is going to be deleted. Names and prices are more than namaste would take.
    async fn catalogue(&self, kept: &mut Vec<Kept>, deleted: &mut Vec<String>) -> String {
        let above = self.make("/api/categories", json!({"name": "Above"})).await;
        let below = json!({"name": "Below", "parent": above, "attributes": values()});
        kept.push(saved_at("crm", format!("/api/categories/{}", self.make("/api/categories", below).await)));
        let goes = self.make("/api/categories", json!({"name": "Goes"})).await;
        let item = json!({
            "name": "x".repeat(200), "category": goes, "base_price": "9999999999.99", "tax_rate": "15.00",
            "attributes": values()
        });
        let stays = format!("/api/catalogue/{}", self.make("/api/catalogue", item).await);
        let tier = json!({"name": "Bulk", "min_quantity": 10, "price": "5.00", "attributes": values()});
        let tier = self.make(&format!("{stays}/price-tiers"), tier).await;
        kept.push(saved_at("crm", format!("{stays}/price-tiers/{tier}")));
        kept.push(saved_at("crm", stays));
        kept.push(numbered("/api/products", 1));
        deleted.push(format!("/api/categories/{goes}"));
        self.make("/api/catalogue", json!({"name": "Hosting", "base_price": "10.00", "tax_rate": "15.00"})).await
    }

    /// What only namaste has. Gives the number of the payment method.
    async fn namaste(&self, kept: &mut Vec<Kept>, deleted: &mut Vec<String>) -> String {
        let method = self.post("namaste", "/api/payment-methods", json!({"name": "Barter"})).await;
        let category = self.post("namaste", "/api/product-categories", json!({"name": "Numbered"})).await;
        let number = |made: &Value| made.as_object().unwrap().values().find_map(|it| it["id"].as_u64());
        let number = |made: &Value| made["id"].as_u64().or_else(|| number(made)).unwrap();
        let product = json!({
            "product_name": "Widget", "category": number(&category), "unit_price": "1.00", "quantity": 5
        });
        let product = self.post("namaste", "/api/products", product).await;
        kept.push(numbered("/api/products", number(&product)));
        deleted.push(format!("/api/product-categories?id={}", number(&category)));
        kept.push(numbered("/api/product-categories", 1));
        kept.push(numbered("/api/payment-methods", 1));
        let expense = json!({"amount": "5.00", "date": "2026-02-01", "category": "Rent"});
        kept.push(numbered("/api/expenses", number(&self.post("namaste", "/api/expenses", expense).await)));
        let supplier = json!({"Category_type": "Supplier", "name": "Supplier", "code": "S1"});
        let customer = json!({"Category_type": "Customer", "name": "Customer", "payment_method": number(&method)});
        for party in [supplier, customer] {
            self.post("namaste", "/api/parties", party).await;
        }
        // Acme, the client who goes, the supplier, the customer.
        kept.extend([numbered("/api/parties", 3), numbered("/api/parties", 4)]);
        number(&method).to_string()
    }

    /// Invoices of every contract, as every contract shows them.
    async fn invoices(&self, kept: &mut Vec<Kept>, client: &str, contact: &str, item: &str, [_, leaver]: &[Value; 2]) {
        let full = json!({
            "client": client, "contact": contact, "due_date": "2099-01-01", "attributes": values(), "notes": "Thanks"
        });
        let full = self.make("/api/invoices", full).await;
        let path = format!("/api/invoices/{full}");
        let fraction =
            json!({"catalogue_item": item, "quantity": "1.50", "unit_price": "10.00", "attributes": values()});
        let free = json!({"description": "Work", "quantity": "2.25", "unit_price": "7.00", "tax_rate": "7.00"});
        for line in [fraction, free] {
            let line = self.make(&format!("{path}/line-items"), line).await;
            kept.push(saved_at("crm", format!("{path}/line-items/{line}")));
        }
        let payment = json!({"amount": "20.00", "method": "cash", "attributes": values()});
        let payment = self.make(&format!("{path}/payments"), payment).await;
        kept.push(saved_at("crm", format!("{path}/payments/{payment}")));
        let void = self.make("/api/invoices", json!({"client": client, "contact": contact, "status": "draft"})).await;
        let line = json!({"catalogue_item": item, "quantity": 1});
        let line = self.make(&format!("/api/invoices/{void}/line-items"), line).await;
        self.call("crm", Method::PATCH, &format!("/api/invoices/{void}"), json!({"status": "void"})).await.expect(200);
        kept.push(saved_at("crm", format!("/api/invoices/{void}/line-items/{line}")));
        let totals = json!({
            "client": client, "subtotal": "9999999999.00", "tax_amount": "0.50", "total": "9999999998.00"
        });
        let totals = self.make("/api/invoices", totals).await;
        let assigned = json!({
            "invoice_title": "Assigned", "name": "Acme", "email": "a@example.com", "quantity": "1.50", "rate": "10.00",
            "assigned_to": [leaver], "tax": "3.00"
        });
        let assigned = self.post("bottlecrm", "/api/invoices", assigned).await["id"].as_str().unwrap().to_owned();
        let sold = json!({
            "title": "Sold", "invoice_number": "SK-1", "due_date": "2099-01-01", "client_id": client,
            "items": [
                {"product_id": item, "quantity": "1.50", "unit_price": "10.00", "discount_percentage": "5.00"},
                {"service_id": item, "quantity": "2", "unit_price": "3.00"}
            ]
        });
        let sold = self.post("skhokho", &self.skhokho("create"), sold).await;
        let sold = sold["unique_id"].as_str().unwrap().to_owned();
        let mailed = json!({
            "business_id": self.business, "customer_email": "b@example.com",
            "line_items": [{"description": "Work", "quantity": 1.5, "unit_price": 5000}]
        });
        let mailed = self.post("clawprint", "/api/invoices", mailed).await["invoice_id"].as_str().unwrap().to_owned();
        let hex = mailed.trim_start_matches("inv_");
        let mailed = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-");
        for id in [full, void, totals, assigned, sold, mailed] {
            kept.extend(self.shown_everywhere(&id));
        }
    }

    fn shown_everywhere(&self, id: &str) -> Vec<Kept> {
        let path = format!("/api/invoices/{id}");
        let hex = format!("/api/invoices/inv_{}", id.replace('-', ""));
        let update = self.skhokho(&format!("{id}/update"));
        vec![
            saved_at("crm", path.clone()),
            saved_at("bottlecrm", path),
            Kept { contract: "clawprint", read: hex.clone(), saves: vec![(Method::PATCH, hex)] },
            Kept {
                contract: "skhokho",
                read: self.skhokho(id),
                saves: [Method::PUT, Method::PATCH].map(|method| (method, update.clone())).into(),
            },
        ]
    }

    /// Billings: those that the invoices are, one of namaste's own, and one without a party.
    async fn billings(&self, kept: &mut Vec<Kept>, method: &str) {
        let method: u64 = method.parse().unwrap();
        let products = self.get("namaste", "/api/products").await;
        let numbered_item = products["results"].as_array().unwrap().iter().find(|it| it["product_name"] == "Hosting");
        let items = json!([{"item": numbered_item.unwrap()["id"], "quantity": 2, "rate": "10.00"}]);
        let full = json!({
            "invoice_number": "B-1", "party": 1, "payment_method": method, "items": items, "sub_total": "20.00",
            "total_amount": "99.00", "paid_amount": "5.00"
        });
        self.post("namaste", "/api/billing", full).await;
        let bare = json!({"invoice_number": "B-2", "items": items, "paid_amount": "200.00"});
        self.post("namaste", "/api/billing", bare).await;
        // Void billings are not listed.
        let (mut page, mut numbers) = (1, Vec::new());
        loop {
            let rows = self.get("namaste", &format!("/api/billing?page={page}")).await;
            numbers.extend(rows["results"].as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()));
            if rows["next"].is_null() {
                break;
            }
            page += 1;
        }
        kept.extend(numbers.iter().map(|number| numbered("/api/billing", number)));
        let rows = self.get("crm", "/api/invoices").await;
        let of_namaste =
            rows.as_array().unwrap().iter().filter(|row| row["invoice_number"].as_str().unwrap().starts_with("B-"));
        for row in of_namaste {
            // clawprint changes nothing of a paid invoice, not even by what it says already.
            let shown = self.shown_everywhere(row["id"].as_str().unwrap()).into_iter();
            kept.extend(shown.filter(|kept| kept.contract != "clawprint" || row["status"] != "paid"));
        }
    }
}

fn values() -> Value {
    json!({"kind": "Tech", "size": 5, "other": "kept"})
}

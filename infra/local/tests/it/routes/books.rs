//! One organisation with an object of every kind, and a good request for every route.

use std::collections::BTreeMap;
use std::time::Duration;

use contracts::crm::routes::{Method, Route};
use serde_json::{Value, json};

use crate::support::{Answer, Remote, User, form};

/// The follow-up that is called outside `/api`, where follow-ups are served too.
const OUTSIDE: &str = "follow-ups outside /api";

const IMAGE: &[u8] = b"GIF89a";

/// What stands in a path for the object of a collection.
pub type Ids = BTreeMap<&'static str, String>;

/// An organisation and its objects.
#[derive(Debug, Clone)]
pub struct Books {
    pub user: User,
    pub organisation: String,
    /// By the word that comes before the id in a path, tasks and notes by their owner's. That of an image is its file.
    pub ids: Ids,
}

impl Books {
    /// Signs up, and makes one object of every kind.
    pub async fn open(tributary: &Remote, username: &str) -> Self {
        let user = tributary.sign_up(username).await;
        let me = tributary.get(&user, "/api/me/").await.expect(200);
        let organisation = me["organization_id"].as_str().unwrap().to_owned();
        let mut books = Self { user, organisation, ids: Ids::new() };
        books.make(tributary, "attributes", "/api/attributes/client/", attribute()).await;
        books.make(tributary, "clients", "/api/clients/", client()).await;
        books.add_image(tributary).await;
        books.make(tributary, "contacts", "/api/contacts/", books.contact()).await;
        books.make(tributary, "services", "/api/services/", books.service()).await;
        let follow_ups = format!("/api/services/{}/follow-ups/", books.id("services"));
        for word in ["follow-ups", OUTSIDE] {
            books.make(tributary, word, &follow_ups, follow_up()).await;
        }
        books.make(tributary, "pipelines", "/api/pipelines/", pipeline()).await;
        books.make(tributary, "leads", "/api/leads/", books.lead()).await;
        books.make(tributary, "users", "/api/users/", books.colleague("first")).await;
        books.make(tributary, "categories", "/api/categories/", json!({"name": "Software"})).await;
        books.make(tributary, "catalogue", "/api/catalogue/", books.item()).await;
        let tiers = format!("/api/catalogue/{}/price-tiers/", books.id("catalogue"));
        books.make(tributary, "price-tiers", &tiers, tier(10)).await;
        books.make(tributary, "invoices", "/api/invoices/", books.invoice()).await;
        let invoice = format!("/api/invoices/{}", books.id("invoices"));
        books.make(tributary, "line-items", &format!("{invoice}/line-items/"), books.line()).await;
        books.make(tributary, "payments", &format!("{invoice}/payments/"), payment()).await;
        books.make(tributary, "webhooks", "/api/webhooks/", webhook()).await;
        books.cause_a_delivery(tributary).await;
        let exports = format!("/api/organisations/{}/export/", books.organisation);
        let export = tributary.post(&books.user, &exports, json!({})).await.expect(202);
        books.ids.insert("tokens", token_id(tributary, &books.user).await);
        books.ids.insert("organisations", books.organisation.clone());
        books.ids.insert("export", id_of(&export));
        books
    }

    /// The id of the object that a path names after `word`.
    #[track_caller]
    pub fn id(&self, word: &str) -> &str {
        self.ids.get(word).unwrap_or_else(|| panic!("nothing is made for {word}"))
    }

    /// A route's path with this organisation's ids in it.
    pub fn path(&self, route: &Route) -> String {
        fill(route, |_, word| self.id(word).to_owned())
    }

    /// A body that the route takes, if it takes one.
    pub fn body(&self, route: &Route) -> Option<Value> {
        route.body?;
        let segments: Vec<&str> = route.path.split('/').collect();
        let owner = *segments.get(2).unwrap_or(&"");
        Some(match route.path.rsplit('/').next().unwrap_or_default() {
            "update-task" => json!({"task_id": self.id(&format!("{owner} task")), "completed": true}),
            "delete-note" => json!({"id": self.id(&format!("{owner} note"))}),
            "test" => json!({"object_id": self.id("clients")}),
            "signup" => json!({"username": "nobody", "email": "nobody@example.com", "password": "SecurePass123!"}),
            "verify-signup-otp" => json!({"email": "nobody@example.com", "otp": "000000"}),
            "api-token-auth" | "session" => json!({"username": self.user.username, "password": self.user.password}),
            "change-password" => {
                json!({"old_password": self.user.password, "new_password": self.user.password})
            }
            "second-factor" => json!({"password": self.user.password}),
            "confirm" | "recovery-codes" => json!({"otp": "000000"}),
            "disable" => json!({"password": self.user.password, "otp": "000000"}),
            _ => self.object(collection(route.path), route.method),
        })
    }

    /// That body, or the form, as it is sent, with its media type.
    pub fn content(&self, route: &Route) -> (&'static str, Vec<u8>) {
        if route.form.is_some() {
            return ("multipart/form-data; boundary=x", form("x", "file", IMAGE));
        }
        let body = self.body(route).map(|body| body.to_string()).unwrap_or_default();
        ("application/json", body.into_bytes())
    }

    /// Sends a route's good request.
    pub async fn call(&self, tributary: &Remote, route: &Route) -> Answer {
        self.call_at(tributary, route, &self.path(route)).await
    }

    /// Sends a route's good request to another path.
    pub async fn call_at(&self, tributary: &Remote, route: &Route, path: &str) -> Answer {
        // A change of the password ends those that were made before.
        let path = match route.path == "/api/tokens/{token_id}" && path.contains(self.id("tokens")) {
            true => &path.replace(self.id("tokens"), &token_id(tributary, &self.user).await),
            false => path,
        };
        let authorization = format!("Token {}", self.user.token);
        let (media_type, content) = self.content(route);
        let headers = [("authorization", authorization.as_str()), ("content-type", media_type)];
        // Without a body there is no type of one.
        let headers = if content.is_empty() { &headers[..1] } else { &headers[..] };
        let call = async || tributary.raw(route.method.as_str().parse().unwrap(), path, headers, content.clone()).await;
        let mut answer = call().await;
        // There is one export at a time, and one an hour.
        for _ in 0..1000 {
            match answer.status.as_u16() {
                409 if exports(route) => tokio::time::sleep(Duration::from_millis(10)).await,
                429 if exports(route) => tributary.advance(3_600).await,
                _ => break,
            }
            answer = call().await;
        }
        answer
    }

    fn object(&self, collection: &str, method: Method) -> Value {
        let made = matches!(method, Method::Post);
        match collection {
            "attributes" if made => json!({"name": "size", "label": "Size", "type": "number"}),
            "attributes" => json!({"label": "Industry Group", "is_required": false}),
            "clients" if made => client(),
            // Lists that are sent replace those there were, and the entries have ids that are called.
            "clients" => json!({"name": "Acme"}),
            "contacts" if made => self.contact(),
            "contacts" => json!({"job_title": "CEO"}),
            "services" if made => self.service(),
            "leads" if made => self.lead(),
            "services" | "leads" => json!({"name": "Jane Doe"}),
            "follow-ups" => follow_up(),
            "pipelines" => pipeline(),
            "users" if made => self.colleague("second"),
            "users" => json!({"first_name": "Jane", "groups": ["Sales"]}),
            "categories" => json!({"name": "SaaS"}),
            "catalogue" => self.item(),
            "price-tiers" if made => tier(100),
            "price-tiers" => tier(10),
            "invoices" if made => self.invoice(),
            "invoices" => json!({"notes": "30-day payment terms."}),
            "line-items" => self.line(),
            "payments" => payment(),
            "webhooks" => webhook(),
            other => panic!("no object for {other}"),
        }
    }

    fn contact(&self) -> Value {
        let mut contact = client();
        contact.as_object_mut().unwrap().remove("name");
        contact["client"] = json!(self.id("clients"));
        contact["first_name"] = json!("Maria");
        contact
    }

    fn service(&self) -> Value {
        let mut service = client();
        service["client"] = json!(self.id("clients"));
        service
    }

    fn lead(&self) -> Value {
        let mut lead = client();
        lead["pipeline"] = json!(self.id("pipelines"));
        lead["possible_client"] = json!(self.id("clients"));
        lead["stage"] = json!("Prospecting");
        lead
    }

    fn colleague(&self, which: &str) -> Value {
        let username = format!("{}-{which}", self.user.username);
        json!({"username": username, "email": format!("{username}@example.com"), "password": "SecurePass123!", "groups": ["Sales"]})
    }

    fn item(&self) -> Value {
        json!({"category": self.id("categories"), "name": "Web Development", "base_price": "100.00"})
    }

    fn invoice(&self) -> Value {
        let mut invoice = client();
        invoice.as_object_mut().unwrap().remove("name");
        invoice["client"] = json!(self.id("clients"));
        invoice["contact"] = json!(self.id("contacts"));
        invoice
    }

    fn line(&self) -> Value {
        json!({"catalogue_item": self.id("catalogue"), "description": "Hours", "quantity": "20.00", "unit_price": "100.00"})
    }

    async fn make(&mut self, tributary: &Remote, word: &'static str, path: &str, body: Value) {
        let made = tributary.post(&self.user, path, body).await.expect(201);
        self.ids.insert(word, id_of(&made));
        for (kind, list) in [("task", "list_of_tasks"), ("note", "list_of_notes")] {
            if let Some(id) = made[list][0]["id"].as_str() {
                self.ids.insert(format!("{word} {kind}").leak(), id.to_owned());
            }
        }
    }

    async fn add_image(&mut self, tributary: &Remote) {
        let client = format!("/api/clients/{}/files/", self.id("clients"));
        let added = tributary.upload(&self.user, &client, &[], IMAGE).await.expect(201);
        let (_, file) = added["url"].as_str().unwrap().rsplit_once('/').unwrap();
        self.ids.insert("images", file.to_owned());
    }

    async fn cause_a_delivery(&mut self, tributary: &Remote) {
        let client = format!("/api/clients/{}/", self.id("clients"));
        tributary.patch(&self.user, &client, json!({"name": "Acme"})).await.expect(200);
        let deliveries = format!("/api/webhooks/{}/deliveries/", self.id("webhooks"));
        for _ in 0..1000 {
            let rows = tributary.get(&self.user, &deliveries).await.expect(200);
            if let Some(id) = rows[0]["id"].as_str() {
                self.ids.insert("deliveries", id.to_owned());
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the change of a client caused no delivery");
    }
}

/// The id of a new token of a user.
async fn token_id(tributary: &Remote, user: &User) -> String {
    let body = json!({"username": user.username, "password": user.password});
    tributary.call(None, http::Method::POST, "/api-token-auth/", Some(body)).await.expect(200);
    id_of(&tributary.get(user, "/api/tokens/").await.expect(200)[0])
}

/// Whether what it answers changes by itself: what a delivery's attempts come to, and how far an export has come, is no
/// request's doing.
pub fn goes_on(route: &Route) -> bool {
    route.path.ends_with("deliveries") || route.path.ends_with("{export_id}")
}

/// Whether it asks for an export, of which there is one an hour.
pub fn exports(route: &Route) -> bool {
    (route.path, route.method) == ("/api/organisations/{id}/export", Method::Post)
}

/// Whether it needs a second factor that is on, or its code.
pub fn needs_second_factor(route: &Route) -> bool {
    route.path.contains("/second-factor") && route.path != "/api/second-factor"
}

/// Whether it ends the token that it is called with.
pub fn signs_out(route: &Route) -> bool {
    (route.path, route.method) == ("/api/tokens", Method::Delete)
}

/// Whether nothing can be asked after it, not even another deletion.
pub fn ends_everything(route: &Route) -> bool {
    (route.path, route.method) == ("/api/organisations/{id}", Method::Delete)
}

/// An object's id as a path has it.
pub fn id_of(object: &Value) -> String {
    object["id"].as_str().map_or_else(|| object["id"].to_string(), str::to_owned)
}

/// A route's path, with each parameter replaced by what is given for its place and the word before it. Definitions of
/// attributes are listed and made under the name of an entity, and images stand under that of a collection: those are
/// not ids.
pub fn fill(route: &Route, mut id: impl FnMut(usize, &str) -> String) -> String {
    let (mut place, mut before) = (0, "");
    let segments = route.path.split('/').map(|segment| {
        let filled = match segment.starts_with('{') {
            false => segment.to_owned(),
            true if before == "attributes" && matches!(route.method, Method::Get | Method::Post) => "client".to_owned(),
            true if segment == "{collection}" => "clients".to_owned(),
            true => {
                place += 1;
                let is_outside = before == "follow-ups" && !route.path.starts_with("/api/");
                id(place - 1, if is_outside { OUTSIDE } else { before })
            }
        };
        before = match segment {
            "{collection}" => "clients",
            "{id}" if before == "clients" && route.path.starts_with("/files/") => "images",
            segment => segment,
        };
        filled
    });
    segments.collect::<Vec<_>>().join("/")
}

/// The last word of a path that is no parameter and no action.
fn collection(path: &str) -> &str {
    path.rsplit('/').find(|segment| !segment.starts_with('{')).unwrap_or_default()
}

fn attribute() -> Value {
    json!({"name": "industry", "label": "Industry", "type": "text"})
}

fn client() -> Value {
    let tasks = json!([{"task": "Call client", "date": "2026-01-20"}]);
    json!({"name": "Acme Corp", "attributes": {"industry": "Tech"}, "list_of_tasks": tasks, "list_of_notes": [{"note": "New"}]})
}

fn follow_up() -> Value {
    json!({"follow_up_date": "2026-01-15T10:00:00Z", "comment": "Sent brochure."})
}

fn pipeline() -> Value {
    json!({"name": "B2B Sales", "stages": [{"name": "Prospecting", "color": "#6c6f73", "order": 1}]})
}

fn tier(min_quantity: u32) -> Value {
    json!({"name": "Enterprise", "min_quantity": min_quantity, "price": "80.00"})
}

fn payment() -> Value {
    json!({"amount": "1.00", "method": "cash", "paid_at": "2026-03-01T10:00:00Z"})
}

/// Nobody listens at its address.
fn webhook() -> Value {
    json!({"name": "Notify", "model": "Client", "event": "UPDATE", "url": "http://127.0.0.1:9/hooks/{id}"})
}

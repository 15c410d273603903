//! An organisation whose owner has logged in by one-time password.

use std::ops::Deref;

use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Tributary, User};

/// A cloud of its own, and the owner of an organisation in it.
pub struct Shop {
    pub tributary: Tributary,
    /// With a token, to speak crm.
    pub owner: User,
    /// The owner's integer id.
    pub user: u64,
    access: String,
}

impl Deref for Shop {
    type Target = Tributary;

    fn deref(&self) -> &Tributary {
        &self.tributary
    }
}

impl Shop {
    pub async fn open() -> Self {
        let tributary = Tributary::start().await;
        let owner = tributary.sign_up("john_doe").await;
        let access = log_in(&tributary, &owner).await;
        let user = tributary.get(&owner, "/api/me/").await.expect(200)["id"].as_u64().unwrap();
        Self { tributary, owner, user, access }
    }

    /// Calls with the access token.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let authorization = format!("Bearer {}", self.access);
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let headers = if body.is_some() { &headers[..] } else { &headers[..1] };
        self.tributary.raw(method, path, headers, body.map(|body| body.to_string()).unwrap_or_default()).await
    }

    pub async fn show(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    pub async fn make(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub async fn change(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, Some(body)).await
    }

    pub async fn remove(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }

    /// Makes the document's product under a name.
    pub async fn product(&self, name: &str) -> Value {
        self.make("/api/products/", with(product(), json!({"product_name": name}))).await.expect(201)["product"].clone()
    }

    /// Makes the document's customer.
    pub async fn customer(&self) -> Value {
        self.make("/api/parties/", customer()).await.expect(201)
    }

    /// Makes the document's billing, with what it names.
    pub async fn billing(&self) -> Value {
        self.customer().await;
        self.product("Widget A").await;
        self.product("Widget B").await;
        self.make("/api/billing/", billing()).await.expect(201)["billing"].clone()
    }

    /// The only object of a list of crm.
    pub async fn only(&self, path: &str) -> Value {
        let rows = self.tributary.get(&self.owner, path).await.expect(200);
        assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
        rows[0].clone()
    }
}

/// Logs a user in as the document says, and gives the access token.
pub async fn log_in(tributary: &Tributary, user: &User) -> String {
    let post = async |path: &str, body: Value| tributary.call(None, Method::POST, path, Some(body)).await.expect(200);
    post("/api/login/", json!({"email": user.email, "password": user.password})).await;
    let otp = tributary.otp(&user.email).await;
    let pair = post("/api/verify-login-otp/", json!({"email": user.email, "otp": otp})).await;
    pair["access"].as_str().unwrap().to_owned()
}

/// An object with some fields changed; null takes one out.
pub fn with(mut object: Value, changes: Value) -> Value {
    let map = object.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => map.remove(name),
            value => map.insert(name.clone(), value.clone()),
        };
    }
    object
}

/// The names of an object's fields, in their order.
pub fn names(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Checks that a refusal is exactly this.
#[track_caller]
pub fn refused(answer: &Answer, status: u16, body: &Value) {
    assert_eq!(&answer.expect(status), body);
}

/// Checks that a refusal names exactly these fields, each with messages.
#[track_caller]
pub fn invalid(answer: &Answer, fields: &[&str]) {
    let body = answer.expect(400);
    assert_eq!(names(&body), fields, "{body}");
    let is_told = |messages: &Value| messages.as_array().is_some_and(|list| list.iter().all(Value::is_string));
    assert!(body.as_object().unwrap().values().all(is_told), "{body}");
}

/// The document's product, as it is sent.
pub fn product() -> Value {
    json!({
        "product_name": "Widget A",
        "category": 1,
        "unit_price": "99.99",
        "quantity": 100,
        "product_Img": "https://example.com/image.jpg",
        "description": "A high-quality widget"
    })
}

/// The document's customer, as it is sent.
pub fn customer() -> Value {
    json!({
        "Category_type": "Customer",
        "name": "ABC Company",
        "email": "contact@abc.com",
        "phone_no": "+919876543210",
        "Customer_code": "CUST001",
        "address": "123 Main Street",
        "open_balance": "5000.00",
        "credit_limmit": "50000.00"
    })
}

/// The document's supplier, as it is sent.
pub fn supplier() -> Value {
    json!({"Category_type": "Supplier", "name": "XYZ Suppliers", "code": "SUP001"})
}

/// The document's billing, as it is sent.
pub fn billing() -> Value {
    json!({
        "invoice_number": "INV-2026-001",
        "invoice_date": "2026-02-12",
        "due_date": "2026-03-12",
        "party": 1,
        "phone": "+919876543210",
        "address": "123 Main Street",
        "invoice_status": "Unpaid",
        "sub_total": "12800.00",
        "discount": "500.00",
        "tax": "2700.00",
        "total_amount": "15000.00",
        "due_amount": "15000.00",
        "notes": "Payment due in 30 days",
        "items": [
            {"item": 1, "quantity": 10, "rate": "99.99"},
            {"item": 2, "quantity": 5, "rate": "199.99"}
        ]
    })
}

//! Sign-up, tokens and `me` (crm, "Authentication").

use super::*;

impl Tributary {
    /// Posts without a credential.
    async fn open(&self, path: &str, body: Value) -> Answer {
        self.call(None, Method::POST, path, Some(body)).await
    }

    async fn token(&self, user: &User) -> String {
        let body = json!({"username": user.username, "password": user.password});
        let answer = self.open("/api-token-auth/", body).await.expect(200);
        answer["token"].as_str().unwrap().to_owned()
    }

    async fn me(&self, token: &str) -> Answer {
        self.raw(Method::GET, "/api/me/", &[("authorization", &format!("Token {token}"))], "").await
    }
}

fn sign_up() -> Value {
    json!({
        "username": "john_doe",
        "email": "john@example.com",
        "password": "SecurePass123!",
        "phone_no": "+919876543210",
        "business_name": "John's Store",
    })
}

fn no_login() -> Value {
    json!({"non_field_errors": ["Unable to log in with provided credentials."]})
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_examples_are_served_as_printed() {
    let tributary = Tributary::start().await;
    let made = tributary.open("/api/signup/", sign_up()).await.expect(201);
    let message = "User created successfully. Please verify the OTP sent to your email.";
    assert_eq!(made, json!({"message": message}));
    let body = json!({"email": "john@example.com", "otp": tributary.otp("john@example.com").await});
    let verified = tributary.open("/api/verify-signup-otp/", body).await.expect(200);
    assert_eq!(verified, json!({"message": "Signup OTP verified successfully!"}));
    let credentials = json!({"username": "john_doe", "password": "SecurePass123!"});
    let mut tokens = vec![];
    for path in ["/api-token-auth/", "/api-token-auth", "/api/api-token-auth/", "/api/api-token-auth"] {
        let answer = tributary.open(path, credentials.clone()).await.expect(200);
        assert_eq!(answer.as_object().unwrap().len(), 1);
        tokens.push(answer["token"].as_str().unwrap().to_owned());
    }
    let me = tributary.me(&tokens[0]).await.expect(200);
    shows(&me, json!({"username": "john_doe", "groups": [], "email": "john@example.com", "is_owner": true}));
    assert!(me["id"].is_u64());
    is_uuid(&me["uuid"]);
    is_uuid(&me["organization_id"]);
    let business = me["organization_id"].as_str().unwrap().replace('-', "");
    assert_eq!(me["business_id"], format!("biz_{business}"));
    for token in &tokens {
        assert_eq!(tributary.me(token).await.expect(200), me);
    }
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(tokens.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_has_every_permission_in_djangos_words() {
    let crm = Crm::start().await;
    let me = crm.get("/api/me/").await.expect(200);
    let permissions: Vec<_> = me["permissions"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
    for model in [
        "lead",
        "client",
        "service",
        "followup",
        "contact",
        "category",
        "catalogueitem",
        "pricetier",
        "invoice",
        "invoicelineitem",
        "payment",
        "expense",
        "pipeline",
    ] {
        for verb in ["view", "add", "change", "delete"] {
            let permission = format!("app.{verb}_{model}");
            assert!(permissions.contains(&permission.as_str()), "{permission}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_sign_ups_are_refused_all_at_once_and_make_no_user() {
    let tributary = Tributary::start().await;
    let path = "/api/signup/";
    refused(&tributary.open(path, json!({})).await, &["username", "email", "password"]);
    let wrong: [(&str, Vec<Value>); 5] = [
        ("username", vec![json!(""), json!(null), json!(5), json!("x".repeat(151)), json!("two words")]),
        ("email", vec![json!("john"), json!(""), json!(null), json!(5), json!("john@x\r\nBcc: a@b.c")]),
        ("password", vec![json!("short1!"), json!("1234567890"), json!(""), json!(null), json!(12345678)]),
        ("phone_no", vec![json!(5), json!([])]),
        ("business_name", vec![json!(5), json!("x".repeat(256))]),
    ];
    for (field, values) in &wrong {
        for value in values {
            refused(&tributary.open(path, merged(sign_up(), json!({*field: value}))).await, &[field]);
        }
    }
    let all = wrong.iter().fold(json!({}), |body, (field, values)| merged(body, json!({*field: values[0]})));
    let fields: Vec<_> = wrong.iter().map(|(field, _)| *field).collect();
    refused(&tributary.open(path, all).await, &fields);
    assert_eq!(tributary.raw(Method::GET, "/_local/mailbox", &[], "").await.expect(200), json!([]));
    tributary.open(path, sign_up()).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn usernames_and_addresses_are_unique_without_regard_to_case() {
    let tributary = Tributary::start().await;
    tributary.sign_up("john_doe").await;
    let other = json!({"username": "JOHN_doe", "email": "other@example.com"});
    refused(&tributary.open("/api/signup/", merged(sign_up(), other)).await, &["username"]);
    let other = json!({"username": "other", "email": "John_Doe@Example.com"});
    refused(&tributary.open("/api/signup/", merged(sign_up(), other)).await, &["email"]);
    let calls = (0..6).map(|n| {
        let own = json!({"username": "at_once", "email": format!("at_once_{n}@example.com")});
        tributary.open("/api/signup/", merged(sign_up(), own))
    });
    let answers = futures::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    answers.iter().filter(|answer| answer.status != 201).for_each(|answer| refused(answer, &["username"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_verified_or_does_not_know_the_password_gets_no_token() {
    let tributary = Tributary::start().await;
    tributary.sign_up("jane").await;
    tributary.open("/api/signup/", sign_up()).await.expect(201);
    for (username, password) in [
        ("john_doe", "SecurePass123!"),
        ("jane", "SecurePass123"),
        ("jane", "securepass123!"),
        ("jane", ""),
        ("nobody", "SecurePass123!"),
        ("", "SecurePass123!"),
    ] {
        let answer = tributary.open("/api-token-auth/", json!({"username": username, "password": password})).await;
        let blank = username.is_empty() || password.is_empty();
        assert_eq!(answer.status, 400, "{username}: {}", answer.text);
        assert!(blank || answer.json() == no_login(), "{}", answer.text);
    }
    refused(&tributary.open("/api-token-auth/", json!({})).await, &["username", "password"]);
    refused(
        &tributary.open("/api-token-auth/", json!({"username": 5, "password": []})).await,
        &["username", "password"],
    );
    refused(&tributary.open("/api-token-auth/", json!({"username": null, "password": "x"})).await, &["username"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_and_a_wrong_credential_are_told_apart() {
    let crm = Crm::start().await;
    for path in ["/api/me/", "/api/clients/", "/api/invoices/", "/api/attributes/client/"] {
        let answer = crm.tributary.raw(Method::GET, path, &[], "").await;
        assert_eq!(answer.expect(401), json!({"detail": "Authentication credentials were not provided."}));
        assert!(answer.header("www-authenticate").is_some());
        for token in
            ["x", "0123456789abcdef0123456789abcdef01234567", &crm.user.token[1..], &crm.user.token.to_uppercase()]
        {
            let authorization = format!("Token {token}");
            let answer = crm.tributary.raw(Method::GET, path, &[("authorization", &authorization)], "").await;
            assert_eq!(answer.expect(401), json!({"detail": "Invalid token."}), "{token}");
        }
    }
    let body = json!({"name": "x"});
    crm.tributary.open("/api/clients/", body).await.expect(401);
    assert_eq!(crm.count("/api/clients/").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ten_newest_tokens_live() {
    let crm = Crm::start().await;
    crm.tributary.me(&crm.user.token).await.expect(200);
    let mut tokens = vec![crm.user.token.clone()];
    for _ in 0..11 {
        tokens.push(crm.tributary.token(&crm.user).await);
    }
    // A warm instance may take an ended credential for another minute.
    crm.tributary.advance(61).await;
    let mut statuses = vec![];
    for token in &tokens {
        statuses.push(crm.tributary.me(token).await.status.as_u16());
    }
    assert_eq!(statuses, [[401; 2].as_slice(), &[200; 10]].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_made_at_once_all_live() {
    let crm = Crm::start().await;
    let tokens = futures::future::join_all((0..6).map(|_| crm.tributary.token(&crm.user))).await;
    crm.tributary.advance(61).await;
    for token in &tokens {
        crm.tributary.me(token).await.expect(200);
    }
}

//! Contacts (crm, section 10).

use futures::future::join_all;

use super::*;

const LIST: &str = "/api/contacts/";

impl Crm {
    async fn make_contact(&self, client: &str, first_name: &str, is_primary: bool) -> String {
        let body = json!({"client": client, "first_name": first_name, "last_name": "Lopez", "is_primary": is_primary});
        self.make(LIST, body).await
    }

    async fn found(&self, query: &str) -> Vec<String> {
        ids(&self.get(&format!("{LIST}?{query}")).await.expect(200))
    }

    /// The primary contacts of a client, by the filter, and by each contact's own flag.
    async fn primaries(&self, client: &str) -> Vec<String> {
        let filtered = self.found(&format!("client={client}&is_primary=true")).await;
        let all = self.get(&format!("{LIST}?client={client}")).await.expect(200);
        let flagged = all.as_array().unwrap().iter().filter(|contact| contact["is_primary"] == true);
        assert_eq!(flagged.map(id_of).collect::<Vec<_>>(), filtered);
        filtered
    }
}

fn wrong_values() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        ("client", vec![json!("x"), json!(5), json!(null), json!(""), json!(NOWHERE)]),
        ("first_name", vec![json!(""), json!(null), json!(5), json!("x".repeat(151))]),
        ("last_name", vec![json!("x".repeat(151)), json!(5), json!([])]),
        ("email", vec![json!("maria"), json!("maria@"), json!("a b@example.com"), json!(5), json!("a@b.c\nd")]),
        ("phone", vec![json!(5), json!({})]),
        ("job_title", vec![json!(5), json!([])]),
        ("is_primary", vec![json!("maybe"), json!(5), json!(null), json!([])]),
        ("attributes", vec![json!("x"), json!([])]),
        ("list_of_tasks", vec![json!("x"), json!([{"date": "2026-01-01"}])]),
        ("list_of_notes", vec![json!("x"), json!([{"date": "2026-01-01"}])]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_examples_are_served_as_printed() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    let body = json!({
        "client": client,
        "first_name": "Maria",
        "last_name": "Lopez",
        "email": "m.lopez@example.com",
        "phone": "+504 9999-1234",
        "job_title": "CFO",
        "is_primary": true,
        "attributes": {"linkedin_url": "https://linkedin.com/in/maria"},
        "list_of_tasks": [],
        "list_of_notes": [],
    });
    let made = crm.post(LIST, body.clone()).await.expect(201);
    shows_whole(&made, merged(body, json!({"full_name": "Maria Lopez"})), &[]);
    let path = format!("{LIST}{}/", id_of(&made));
    let change = json!({"job_title": "CEO", "is_primary": true});
    let patched = crm.patch(&path, change.clone()).await.expect(200);
    let touched = json!({"updated_at": patched["updated_at"]});
    assert_eq!(patched, merged(merged(made, change), touched));
    is_listed_retrieved_and_deleted(&crm, LIST, &patched).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_optional_may_be_left_out_or_emptied() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    let made = crm.post(LIST, json!({"client": client, "first_name": "Maria", "last_name": "Lopez"})).await.expect(201);
    shows(&made, json!({"is_primary": false, "attributes": {}, "list_of_tasks": [], "list_of_notes": []}));
    let path = format!("{LIST}{}/", id_of(&made));
    let set = json!({"email": "m@example.com", "phone": "1", "job_title": "CFO"});
    shows(&crm.patch(&path, set.clone()).await.expect(200), set);
    let emptied = crm.patch(&path, json!({"email": null, "phone": "", "job_title": ""})).await.expect(200);
    for field in ["email", "phone", "job_title"] {
        assert_eq!(emptied[field], made[field], "{field}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_values_are_refused_all_at_once_and_nothing_is_written() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    refused(&crm.post(LIST, json!({})).await, &["client", "first_name"]);
    let good = json!({"client": client, "first_name": "Maria", "last_name": "Lopez"});
    refuses_each_and_all(&crm, LIST, &good, &wrong_values()).await;
    let contact = crm.make(LIST, good).await;
    refuses_changes(&crm, &format!("{LIST}{contact}/"), &wrong_values()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_narrowed_by_client_flag_and_exact_first_name() {
    let crm = Crm::start().await;
    let (acme, globex) = (crm.make_client().await, crm.make_client().await);
    let maria = crm.make_contact(&acme, "Maria", true).await;
    let other = crm.make_contact(&acme, "maria", false).await;
    let long = crm.make_contact(&acme, "Maria Elena", false).await;
    let foreign = crm.make_contact(&globex, "Maria", false).await;
    assert_eq!(crm.found(&format!("client={acme}&is_primary=true&first_name=Maria")).await, [maria.as_str()]);
    assert_eq!(crm.found("first_name=Maria").await, [maria.clone(), foreign.clone()]);
    assert_eq!(crm.found(&format!("client={acme}&is_primary=false")).await, [other.clone(), long.clone()]);
    assert_eq!(crm.found(&format!("client={acme}")).await, [maria, other, long]);
    assert_eq!(crm.found(&format!("client={globex}&is_primary=true")).await, Vec::<String>::new());
    assert_eq!(crm.found(&format!("client={globex}&is_primary=false")).await, [foreign]);
    assert_eq!(crm.found(&format!("client={NOWHERE}")).await, Vec::<String>::new());
    refused(&crm.get(&format!("{LIST}?client=x&is_primary=maybe")).await, &["client", "is_primary"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_primary_flag_moves_within_its_client() {
    let crm = Crm::start().await;
    let (acme, globex) = (crm.make_client().await, crm.make_client().await);
    let first = crm.make_contact(&acme, "First", true).await;
    let elsewhere = crm.make_contact(&globex, "Elsewhere", true).await;
    let second = crm.make_contact(&acme, "Second", true).await;
    assert_eq!(crm.primaries(&acme).await, [second]);
    crm.patch(&format!("{LIST}{first}/"), json!({"is_primary": true})).await.expect(200);
    assert_eq!(crm.primaries(&acme).await, [first.as_str()]);
    assert_eq!(crm.primaries(&globex).await, [elsewhere.as_str()]);

    crm.patch(&format!("{LIST}{first}/"), json!({"client": globex})).await.expect(200);
    assert_eq!(crm.primaries(&acme).await, Vec::<String>::new());
    assert_eq!(crm.primaries(&globex).await, [first.as_str()]);

    crm.put(&format!("{LIST}{first}/"), json!({"is_primary": false})).await.expect(200);
    assert_eq!(crm.primaries(&globex).await, Vec::<String>::new());

    crm.patch(&format!("{LIST}{elsewhere}/"), json!({"is_primary": true})).await.expect(200);
    crm.delete(&format!("{LIST}{elsewhere}/")).await.expect(204);
    assert_eq!(crm.primaries(&globex).await, Vec::<String>::new());
    crm.patch(&format!("{LIST}{first}/"), json!({"is_primary": true})).await.expect(200);
    assert_eq!(crm.primaries(&globex).await, [first]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_contacts_made_primary_at_once_one_is() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    let mut contacts = vec![];
    for n in 0..10 {
        contacts.push(format!("{LIST}{}/", crm.make_contact(&client, &format!("C{n}"), false).await));
    }
    let flags = contacts.iter().map(|path| crm.patch(path, json!({"is_primary": true})));
    let new = (0..5).map(|n| {
        let body = json!({"client": client, "first_name": format!("N{n}"), "last_name": "x", "is_primary": true});
        crm.post(LIST, body)
    });
    let (flagged, made) = tokio::join!(join_all(flags), join_all(new));
    flagged.iter().for_each(|answer| drop(answer.expect(200)));
    made.iter().for_each(|answer| drop(answer.expect(201)));
    assert_eq!(crm.primaries(&client).await.len(), 1);
    assert_eq!(crm.found(&format!("client={client}")).await.len(), 15);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_an_invoice_refers_to_may_go() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    let contact = crm.make_contact(&client, "Maria", false).await;
    let invoice = crm.make("/api/invoices/", json!({"client": client, "contact": contact})).await;
    crm.delete(&format!("{LIST}{contact}/")).await.expect(204);
    let path = format!("/api/invoices/{invoice}/");
    shows(&crm.patch(&path, json!({"notes": "x"})).await.expect(200), json!({"notes": "x", "client": client}));
    refused(&crm.post("/api/invoices/", json!({"client": client, "contact": contact})).await, &["contact"]);
}

//! What belongs to another organisation does not exist.

use contracts::crm::routes::{Method, Route, routes};
use http::Method as HttpMethod;
use serde_json::{Value, json};

use super::books::{Books, fill, goes_on};
use crate::support::{Answer, Tributary};

/// An id of the right shape that nobody has.
const NOBODYS: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

struct Neighbours {
    tributary: Tributary,
    ours: Books,
    theirs: Books,
}

impl Neighbours {
    async fn new() -> Self {
        let tributary = Tributary::start().await;
        let ours = Books::open(&tributary, "ours").await;
        let theirs = Books::open(&tributary, "theirs").await;
        Self { tributary, ours, theirs }
    }

    /// We call a route at a path, with a body that would be good among our own objects.
    async fn call(&self, route: &Route, path: &str) -> Answer {
        self.ours.call_at(&self.tributary, route, path).await
    }

    async fn send(&self, method: HttpMethod, path: &str, body: Value) -> Answer {
        self.tributary.call(Some(&self.ours.user), method, path, Some(body)).await
    }

    /// Everything that is readable in an organisation, with its versions.
    async fn snapshot(&self, books: &Books) -> Vec<(String, Option<String>, String)> {
        let mut all = Vec::new();
        let shown = |route: &&Route| matches!(route.method, Method::Get) && route.credential;
        for route in routes().filter(shown).filter(|route| !goes_on(route)) {
            let answer = books.call(&self.tributary, route).await;
            assert_eq!(answer.status, 200, "{}", route.path);
            all.push((books.path(route), answer.header("etag").map(str::to_owned), answer.text));
        }
        all
    }
}

/// How many ids of objects a route's path has. An entity's name is none.
fn places(route: &Route) -> usize {
    let mut places = 0;
    fill(route, |_, _| {
        places += 1;
        String::new()
    });
    places
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_a_404_for_an_id_of_another_organisation_in_any_place() {
    let neighbours = Neighbours::new().await;
    let Neighbours { ours, theirs, .. } = &neighbours;
    let before = neighbours.snapshot(theirs).await;
    let our_own = neighbours.snapshot(ours).await;
    let mut called = 0;
    for route in routes().filter(|route| places(route) > 0 && route.credential) {
        // Every mix of our ids and theirs in which at least one is theirs.
        for mix in 1..1_u32 << places(route) {
            let path = fill(route, |place, word| match mix >> place & 1 {
                1 => theirs.id(word).to_owned(),
                _ => ours.id(word).to_owned(),
            });
            for path in [path.clone(), format!("{path}/")] {
                let answer = neighbours.call(route, &path).await;
                assert_eq!(answer.status, 404, "{} {path} of {}: {}", route.method.as_str(), route.path, answer.text);
                assert_eq!(answer.json(), json!({"detail": "Not found."}), "{} {path}", route.method.as_str());
                called += 1;
            }
        }
    }
    assert!(called > 150, "only {called} requests were made");
    assert_eq!(neighbours.snapshot(theirs).await, before);
    assert_eq!(neighbours.snapshot(ours).await, our_own);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organisation_in_the_header_is_a_403_on_every_route() {
    let neighbours = Neighbours::new().await;
    let Neighbours { tributary, ours, theirs } = &neighbours;
    let before = neighbours.snapshot(theirs).await;
    let authorization = format!("Token {}", ours.user.token);
    for route in routes().filter(|route| route.credential) {
        let headers = [
            ("authorization", authorization.as_str()),
            ("organization-id", theirs.organisation.as_str()),
            ("content-type", "application/json"),
        ];
        let body = theirs.body(route).map(|body| body.to_string()).unwrap_or_default();
        let answer = tributary.raw(route.method.as_str().parse().unwrap(), &theirs.path(route), &headers, body).await;
        let detail = json!({"detail": "You do not have permission to perform this action."});
        assert_eq!(answer.expect(403), detail, "{} {}", route.method.as_str(), route.path);
    }
    assert_eq!(neighbours.snapshot(theirs).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_a_404_under_another_whole_of_the_same_organisation() {
    let tributary = Tributary::start().await;
    let books = Books::open(&tributary, "owner").await;
    let user = &books.user;
    let item = json!({"name": "Another", "base_price": "1.00"});
    let hook = json!({"name": "b", "model": "Client", "url": "http://127.0.0.1:9/"});
    let invoice = json!({"client": books.id("clients")});
    let mut other = books.clone();
    for (word, path, body) in [
        ("catalogue", "/api/catalogue/", item),
        ("webhooks", "/api/webhooks/", hook),
        ("invoices", "/api/invoices/", invoice),
        ("services", "/api/services/", json!({"name": "Another"})),
        ("clients", "/api/clients/", json!({"name": "Another"})),
    ] {
        let made = tributary.post(user, path, body).await.expect(201);
        other.ids.insert(word, made["id"].as_str().unwrap().to_owned());
    }
    let business = tributary.post(user, "/api/businesses", json!({"name": "Another"})).await.expect(201);
    let business = business["business_id"].as_str().unwrap().trim_start_matches("biz_").parse::<uuid::Uuid>().unwrap();
    other.ids.insert("organisations", business.to_string());
    for route in routes().filter(|route| places(route) == 2) {
        // `other` has other wholes and the same parts.
        let answer = other.call(&tributary, route).await;
        assert_eq!(answer.expect(404), json!({"detail": "Not found."}), "{} {}", route.method.as_str(), route.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_in_a_body_to_another_organisations_object_is_a_400_that_names_the_field() {
    let neighbours = Neighbours::new().await;
    let Neighbours { ours, theirs, .. } = &neighbours;
    let before = neighbours.snapshot(theirs).await;
    let references = [
        ("/api/contacts", "clients", "client"),
        ("/api/services", "clients", "client"),
        ("/api/services/{id}", "clients", "client"),
        ("/api/services/{id}/follow-ups", "services", "service"),
        ("/services/{id}/follow-ups/{follow_up_id}", "services", "service"),
        ("/api/leads", "pipelines", "pipeline"),
        ("/api/leads/{id}", "pipelines", "pipeline"),
        ("/api/leads", "clients", "possible_client"),
        ("/api/leads/{id}", "clients", "possible_client"),
        ("/api/leads", "users", "responsible"),
        ("/api/leads/{id}", "users", "responsible"),
        ("/api/contacts/{id}", "clients", "client"),
        ("/api/categories", "categories", "parent"),
        ("/api/categories/{id}", "categories", "parent"),
        ("/api/catalogue", "categories", "category"),
        ("/api/catalogue/{id}", "categories", "category"),
        ("/api/invoices", "clients", "client"),
        ("/api/invoices/{id}", "clients", "client"),
        ("/api/invoices", "contacts", "contact"),
        ("/api/invoices/{id}", "contacts", "contact"),
        ("/api/invoices/{id}/line-items", "catalogue", "catalogue_item"),
        ("/api/invoices/{id}/line-items/{line_id}", "catalogue", "catalogue_item"),
        ("/api/invoices/{id}/line-items", "invoices", "invoice"),
        ("/api/invoices/{id}/payments", "invoices", "invoice"),
        ("/api/catalogue/{id}/price-tiers", "catalogue", "catalogue_item"),
    ];
    for (path, word, field) in references {
        let writes = routes().filter(|route| route.path == path && route.body.is_some());
        let mut written = 0;
        for route in writes {
            for id in [theirs.id(word), NOBODYS] {
                let mut body = ours.body(route).unwrap();
                // Users go by numbers.
                body[field] = id.parse::<u64>().map_or(json!(id), |number| json!(number));
                let answer = neighbours.send(route.method.as_str().parse().unwrap(), &ours.path(route), body).await;
                let name = format!("{} {path} {field}: {}", route.method.as_str(), answer.text);
                assert_eq!(answer.status, 400, "{name}");
                let errors = answer.json();
                assert!(errors[field].is_array(), "{name}");
                assert_eq!(errors.as_object().unwrap().len(), 1, "{name}");
            }
            written += 1;
        }
        assert!(written > 0, "{path} is not written to");
    }
    assert_eq!(neighbours.snapshot(theirs).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_and_objects_named_in_actions_are_looked_for_in_the_callers_organisation_alone() {
    let neighbours = Neighbours::new().await;
    let Neighbours { ours, theirs, .. } = &neighbours;
    let before = neighbours.snapshot(theirs).await;
    for word in ["clients", "contacts", "services", "leads", "invoices"] {
        let path = format!("/api/{word}/{}", ours.id(word));
        for id in [theirs.id(&format!("{word} task")), NOBODYS] {
            let body = json!({"task_id": id, "completed": true});
            neighbours.send(HttpMethod::POST, &format!("{path}/update-task/"), body).await.expect(404);
        }
        for id in [theirs.id(&format!("{word} note")), NOBODYS] {
            neighbours.send(HttpMethod::POST, &format!("{path}/delete-note/"), json!({"id": id})).await.expect(404);
        }
    }
    let test = format!("/api/webhooks/{}/test/", ours.id("webhooks"));
    let tried = async |id: &str| neighbours.send(HttpMethod::POST, &test, json!({"object_id": id})).await;
    let (their_object, nothing) = (tried(theirs.id("clients")).await, tried(NOBODYS).await);
    assert!(their_object.status.is_client_error(), "{}", their_object.text);
    assert_eq!((their_object.status, their_object.text), (nothing.status, nothing.text));
    assert_eq!(neighbours.snapshot(theirs).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_list_shows_or_finds_an_object_of_another_organisation() {
    let neighbours = Neighbours::new().await;
    let Neighbours { tributary, ours, theirs } = &neighbours;
    let number = tributary.get(&theirs.user, &format!("/api/invoices/{}/", theirs.id("invoices"))).await.expect(200);
    let number = number["invoice_number"].as_str().unwrap();
    for route in routes().filter(|route| matches!(route.method, Method::Get) && route.credential) {
        let text = neighbours.call(route, &ours.path(route)).await.text;
        // A user's number may be anything.
        let ids = theirs.ids.values().chain([&theirs.user.username]).filter(|id| id.parse::<u64>().is_err());
        let shown: Vec<&String> = ids.filter(|id| text.contains(id.as_str())).collect();
        assert_eq!(shown, [] as [&String; 0], "{}", route.path);
    }
    for (list, parameter, word) in [
        ("contacts", "client", "clients"),
        ("services", "client", "clients"),
        ("leads", "responsible", "users"),
        ("categories", "parent", "categories"),
        ("catalogue", "category", "categories"),
        ("invoices", "client", "clients"),
    ] {
        let path = format!("/api/{list}/?{parameter}={}", theirs.id(word));
        assert_eq!(tributary.get(&ours.user, &path).await.expect(200), json!([]), "{path}");
    }
    let path = format!("/api/invoices/?invoice_number={number}");
    assert_eq!(tributary.get(&ours.user, &path).await.expect(200), json!([]));
    assert_eq!(tributary.get(&theirs.user, &path).await.expect(200).as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_another_organisations_list_is_a_400() {
    let neighbours = Neighbours::new().await;
    let Neighbours { tributary, ours, theirs } = &neighbours;
    for books in [ours, theirs] {
        tributary.post(&books.user, "/api/clients/", json!({"name": "Second"})).await.expect(201);
    }
    let first = tributary.get(&theirs.user, "/api/clients/?limit=1").await;
    let link = first.header("link").unwrap();
    let (_, query) = link.split_once('?').unwrap();
    let next = format!("/api/clients/?{}", query.split_once('>').unwrap().0);
    assert_eq!(tributary.get(&theirs.user, &next).await.expect(200)[0]["name"], "Second");
    assert!(tributary.get(&ours.user, &next).await.expect(400)["cursor"].is_array());
}

//! Lists of 2,500 rows: what passes a filter is there once, in order, in pages of every size, while rows are added.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use tributary_local::registry;

use super::lists::next_of;
use super::*;
use crate::support::stored::{import, items, replaced, text};

const ROWS: usize = 2_500;

/// What a filter lets through, told by the row as it is shown.
type Passes = Box<dyn Fn(&Value) -> bool>;

/// A list, the kinds of its rows, and filters. In a kind, `@@` is the row's number, `##` its last two digits.
struct List {
    path: &'static str,
    kinds: Vec<Value>,
    filters: Vec<(String, Passes)>,
}

fn is(field: &'static str, value: impl Into<Value>) -> Passes {
    let value = value.into();
    Box::new(move |row| row[field] == value)
}

fn has_part(field: &'static str, part: &'static str) -> Passes {
    Box::new(move |row| row[field].as_str().unwrap().to_lowercase().contains(part))
}

fn all(filters: impl Into<Vec<Passes>>) -> Passes {
    let filters = filters.into();
    Box::new(move |row| filters.iter().all(|passes| passes(row)))
}

/// Clients, pipelines and whatever else the rows refer to.
struct World {
    crm: Crm,
    clients: [String; 2],
    category: String,
    pipeline: String,
    owner: Value,
}

impl World {
    async fn start() -> Self {
        let crm = Crm::start().await;
        let clients = [crm.make_client().await, crm.make_client().await];
        let category = crm.make("/api/categories/", json!({"name": "Software"})).await;
        let stages = json!([{"name": "Prospecting", "color": "#6c6f73", "order": 1}]);
        let pipeline = crm.make("/api/pipelines/", json!({"name": "B2B Sales", "stages": stages})).await;
        let owner = crm.get("/api/me/").await.expect(200)["id"].clone();
        Self { crm, clients, category, pipeline, owner }
    }

    fn lists(&self) -> [List; 5] {
        [self.clients(), self.contacts(), self.leads(), self.items(), self.invoices()]
    }

    fn clients(&self) -> List {
        List {
            path: "/api/clients/",
            kinds: vec![json!({"name": "Acme @@"}), json!({"name": "GLOBEX @@"})],
            filters: vec![("name=BEX%2024".into(), has_part("name", "bex 24"))],
        }
    }

    fn contacts(&self) -> List {
        let [acme, globex] = &self.clients;
        let of = |client: &str, name: &str| json!({"client": client, "first_name": name, "last_name": "x"});
        List {
            path: "/api/contacts/",
            // The first that a client has is not its primary one by that alone.
            kinds: vec![of(acme, "Maria ##"), of(globex, "maria ##")],
            filters: vec![
                (format!("client={acme}"), is("client", acme.as_str())),
                ("first_name=Maria%2024".into(), is("first_name", "Maria 24")),
                ("is_primary=true".into(), is("is_primary", true)),
                (
                    format!("client={globex}&first_name=maria%2031&is_primary=false"),
                    all([is("client", globex.as_str()), is("first_name", "maria 31"), is("is_primary", false)]),
                ),
            ],
        }
    }

    fn leads(&self) -> List {
        let (owner, pipeline) = (&self.owner, self.pipeline.as_str());
        List {
            path: "/api/leads/",
            kinds: vec![
                json!({"name": "Lead @@", "pipeline": pipeline, "stage": "Prospecting", "responsible": owner}),
                json!({"name": "Lead @@", "pipeline": pipeline, "stage": "Won"}),
                json!({"name": "LEAD @@", "stage": "Prospecting"}),
            ],
            filters: vec![
                ("stage=Prospecting".into(), is("stage", "Prospecting")),
                (format!("responsible={owner}"), is("responsible", owner.clone())),
                (format!("pipeline={pipeline}&stage=Won&name=7"), all([is("stage", "Won"), has_part("name", "7")])),
            ],
        }
    }

    fn items(&self) -> List {
        let category = self.category.as_str();
        let item = |kind: &str, is_active: bool| json!({"name": "x", "base_price": "1.00", "type": kind, "is_active": is_active, "sku": format!("SKU-{kind}-@@")});
        List {
            path: "/api/catalogue/",
            kinds: vec![
                merged(item("product", true), json!({"category": category})),
                item("service", false),
                item("subscription", true),
            ],
            filters: vec![
                (format!("category={category}"), is("category", category)),
                ("is_active=false".into(), is("is_active", false)),
                ("sku=SKU-product-1212".into(), is("sku", "SKU-product-1212")),
                ("type=product&is_active=true".into(), all([is("type", "product"), is("is_active", true)])),
            ],
        }
    }

    fn invoices(&self) -> List {
        let [acme, globex] = &self.clients;
        let of = |client: &str, status: &str, currency: &str| json!({"client": client, "status": status, "currency": currency, "total": "5.00"});
        List {
            path: "/api/invoices/",
            kinds: vec![
                of(acme, "draft", "USD"),
                of(acme, "sent", "EUR"),
                of(globex, "sent", "USD"),
                of(globex, "void", "EUR"),
                of(globex, "overdue", "EUR"),
            ],
            filters: vec![
                (format!("client={acme}"), is("client", acme.as_str())),
                ("status=sent".into(), is("status", "sent")),
                ("currency=EUR".into(), is("currency", "EUR")),
                (
                    format!("client={globex}&status=sent&currency=USD"),
                    all([is("client", globex.as_str()), is("status", "sent")]),
                ),
            ],
        }
    }

    /// Fills a list: a row of each kind is made, the others are its copies. Gives the ids of all there are, oldest first.
    async fn fill(&self, list: &List) -> Vec<String> {
        let cloud = &self.crm.tributary.cloud;
        let before = ids(&self.crm.get(list.path).await.expect(200));
        let mut kinds = Vec::new();
        for kind in &list.kinds {
            kinds.push(self.crm.make(list.path, kind.clone()).await);
        }
        let (items, app) = (items(cloud), registry::app(cloud.environment()));
        let items = kinds.iter().map(|id| (id, items.iter().find(|item| text(item, "sk") == id).unwrap()));
        let (mut ids, mut rows) = (before, Vec::new());
        for ((id, item), n) in items.cycle().zip(0..ROWS) {
            let (number, digits, fresh) = (n.to_string(), format!("{:02}", n % 100), app.new_id().to_string());
            let pairs =
                [(id.as_str(), fresh.as_str()), ("@@", &number), ("##", &digits), ("INV-", &format!("INV-{n}-"))];
            rows.push(replaced(item, &pairs));
            ids.push(fresh);
        }
        import(cloud, rows);
        ids.extend(kinds);
        ids.sort_unstable();
        ids
    }

    /// Adds rows, one after the other, until a flag says to stop. What was answered is noted.
    async fn add_rows(&self, list: &List, limit: usize, added: &Mutex<Vec<String>>, stop: &AtomicBool) {
        for n in 0.. {
            if stop.load(Ordering::SeqCst) {
                return;
            }
            let row = list.kinds[n % list.kinds.len()].to_string().replace("@@", &format!("new {limit} {n}"));
            let made = self.crm.make(list.path, serde_json::from_str(&row).unwrap()).await;
            added.lock().unwrap().push(made);
        }
    }

    /// All rows of a list, page by page, and how many rows had been added when the last page was asked for.
    async fn walk(&self, path: &str, limit: usize, added: &Mutex<Vec<String>>) -> (Vec<Value>, usize) {
        let mut path = format!("{path}{}limit={limit}", if path.contains('?') { '&' } else { '?' });
        let mut rows = Vec::new();
        loop {
            let added_before = added.lock().unwrap().len();
            let answer = self.crm.get(&path).await;
            let Value::Array(page) = answer.expect(200) else { panic!("{path} is no list") };
            let next = next_of(&answer);
            assert!(page.len() == limit || (next.is_none() && page.len() < limit), "{path}: {} rows", page.len());
            rows.extend(page);
            let Some(next) = next else { return (rows, added_before) };
            path = next;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_2500_rows_hold_every_row_once_while_rows_are_added() {
    let world = World::start().await;
    for (list, limit) in world.lists().iter().zip([1000, 250, 400, 101, 300]) {
        let before = world.fill(list).await;
        let (added, stop) = (Mutex::default(), AtomicBool::new(false));
        let walk = async {
            let walked = world.walk(list.path, limit, &added).await;
            stop.store(true, Ordering::SeqCst);
            walked
        };
        let ((rows, noted), ()) = tokio::join!(walk, world.add_rows(list, limit, &added, &stop));
        let seen: Vec<String> = rows.iter().map(id_of).collect();
        let added = added.into_inner().unwrap();
        assert!(noted > 0, "{} limit={limit}: no row was added in the meantime", list.path);
        // Those of before and those that were answered in time are there; of the others, whichever were written.
        let expected = [before.clone(), added.clone()].concat();
        let in_time = before.len() + noted;
        assert!(seen.len() >= in_time, "{} limit={limit}: {} of {in_time} rows", list.path, seen.len());
        assert!(expected.starts_with(&seen), "{} limit={limit}: not each row once, in order", list.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_of_2500_rows_find_what_passes_and_nothing_else() {
    let world = World::start().await;
    let [acme, _] = &world.clients;
    let primary = json!({"client": acme, "first_name": "Primary", "last_name": "x", "is_primary": true});
    world.crm.make("/api/contacts/", primary).await;
    for mut list in world.lists() {
        world.fill(&list).await;
        let none = Mutex::default();
        let (rows, _) = world.walk(list.path, 1000, &none).await;
        assert!(rows.len() > ROWS, "{}: {} rows", list.path, rows.len());
        // The first row is none of the copies.
        if let Some(number) = rows[0]["invoice_number"].as_str() {
            list.filters.push((format!("invoice_number={number}"), is("invoice_number", number)));
        }
        for ((query, passes), limit) in list.filters.iter().zip([1000, 400].into_iter().cycle()) {
            let expected: Vec<&Value> = rows.iter().filter(|row| passes(row)).collect();
            let what = format!("{}?{query}", list.path);
            assert!(!expected.is_empty() && expected.len() < rows.len(), "{what}: {} rows", expected.len());
            let (found, _) = world.walk(&what, limit, &none).await;
            assert!(found.iter().eq(expected), "{what} limit={limit}: {} rows", found.len());
        }
    }
}

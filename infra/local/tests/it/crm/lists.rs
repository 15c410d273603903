//! Lists: order, pages, cursors and links.

use futures::StreamExt;
use futures::stream;

use super::*;

impl Crm {
    async fn make_clients(&self, count: usize) {
        let makes = (0..count).map(|n| self.make("/api/clients/", json!({"name": format!("Client {n}")})));
        let made: Vec<_> = stream::iter(makes).buffer_unordered(8).collect().await;
        assert_eq!(made.len(), count);
    }
}

/// The body of an object of a list, by its number and a client.
type MakeBody = fn(usize, &str) -> Value;

/// The path and query of the link to the next page.
#[track_caller]
pub fn next_of(answer: &Answer) -> Option<String> {
    let link = answer.header("link")?;
    let url = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(r#">; rel="next""#));
    let url = url.unwrap_or_else(|| panic!("{link}"));
    Some(url.get(url.find("/api/").unwrap()..).unwrap().to_owned())
}

fn parameter(path: &str, name: &str) -> String {
    let query = path.split_once('?').unwrap().1;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    value.unwrap_or_else(|| panic!("no {name} in {path}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_is_oldest_first_in_pages_and_shows_what_was_just_written() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    let item = crm.make_item("1.00", "0").await;
    let invoice = crm.make_invoice_of("100.00").await;
    let lists: [(String, MakeBody); 8] = [
        (
            "/api/contacts/".into(),
            |n, client| json!({"client": client, "first_name": format!("C{n}"), "last_name": "x"}),
        ),
        ("/api/categories/".into(), |n, _| json!({"name": format!("C{n}")})),
        ("/api/catalogue/".into(), |n, _| json!({"name": format!("I{n}"), "type": "product", "base_price": n})),
        (
            format!("/api/catalogue/{item}/price-tiers/"),
            |n, _| json!({"name": "x", "min_quantity": 50 - n, "price": n}),
        ),
        ("/api/invoices/".into(), |_, client| json!({"client": client})),
        (format!("{invoice}line-items/"), |n, _| json!({"description": "x", "quantity": 1, "unit_price": n})),
        (format!("{invoice}payments/"), |n, _| json!({"amount": n + 1, "method": "cash"})),
        ("/api/attributes/lead/".into(), |n, _| json!({"name": format!("a{}", 50 - n), "type": "text", "label": "x"})),
    ];
    for (list, body) in lists {
        let mut expected = ids(&crm.get(&list).await.expect(200));
        for n in 0..5 {
            expected.push(crm.make(&list, body(n, &client)).await);
            assert_eq!(ids(&crm.get(&list).await.expect(200)), expected, "{list}");
        }
        let (mut seen, mut next) = (vec![], Some(format!("{list}?limit=2")));
        while let Some(path) = next {
            let answer = crm.get(&path).await;
            let page = ids(&answer.expect(200));
            next = next_of(&answer);
            assert!(page.len() == 2 || next.is_none(), "{list}: {page:?}");
            seen.extend(page);
        }
        assert_eq!(seen, expected, "{list}");
        assert!(crm.get(&format!("{list}?limit=1000")).await.header("link").is_none());
        refused(&crm.get(&format!("{list}?limit=0")).await, &["limit"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_a_number_from_1_to_1000() {
    let crm = Crm::start().await;
    crm.make_clients(3).await;
    for wrong in ["0", "1001", "-1", "x", "1.5", "1e2", "99999999999999999999", ""] {
        refused(&crm.get(&format!("/api/clients/?limit={wrong}")).await, &["limit"]);
    }
    assert_eq!(crm.count("/api/clients/?limit=1").await, 1);
    assert_eq!(crm.count("/api/clients/?limit=1000").await, 3);
    let whole = crm.get("/api/clients/?limit=3").await;
    assert_eq!((whole.expect(200).as_array().unwrap().len(), next_of(&whole)), (3, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_keeps_limit_and_filters_and_pages_hold_what_passes() {
    let crm = Crm::start().await;
    let (acme, globex) = (crm.make_client().await, crm.make_client().await);
    let mut expected = vec![];
    for n in 0..24 {
        let (client, status) = (if n % 3 == 0 { &acme } else { &globex }, if n % 2 == 0 { "sent" } else { "draft" });
        let id = crm
            .make("/api/invoices/", json!({"client": client, "status": status, "currency": "EUR", "total": "5.00"}))
            .await;
        if n % 3 == 0 && n % 2 == 0 {
            expected.push(id);
        }
    }
    let mut next = Some(format!("/api/invoices/?client={acme}&status=sent&currency=EUR&limit=3"));
    let mut seen = vec![];
    while let Some(path) = next {
        let answer = crm.get(&path).await;
        seen.extend(ids(&answer.expect(200)));
        next = next_of(&answer);
        if let Some(next) = &next {
            assert_eq!(parameter(next, "client"), acme);
            assert_eq!(["status", "currency", "limit"].map(|name| parameter(next, name)), ["sent", "EUR", "3"]);
            let host = crm.tributary.base_url();
            assert!(answer.header("link").unwrap().starts_with(&format!("<{host}/api/invoices/?")), "{next}");
        }
    }
    assert_eq!(seen, expected);

    for name in ["a & b=c", "A & B=C, again", "other"] {
        crm.make("/api/clients/", json!({"name": name})).await;
    }
    let answer = crm.get("/api/clients/?name=a%20%26%20b%3Dc&limit=1").await;
    assert_eq!(answer.expect(200)[0]["name"], "a & b=c");
    let answer = crm.get(&next_of(&answer).unwrap()).await;
    assert_eq!(answer.expect(200)[0]["name"], "A & B=C, again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_is_good_for_its_own_list_and_organisation_alone() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    crm.make_clients(4).await;
    let next = next_of(&crm.get("/api/clients/?limit=2").await).unwrap();
    let cursor = parameter(&next, "cursor");
    assert_eq!(crm.count(&format!("/api/clients/?limit=1&cursor={cursor}")).await, 1);
    for list in ["/api/contacts/", "/api/categories/", "/api/catalogue/", "/api/invoices/", "/api/attributes/client/"] {
        refused(&crm.get(&format!("{list}?cursor={cursor}")).await, &["cursor"]);
    }
    let invoices = [crm.make_invoice_of("1.00").await, crm.make_invoice_of("1.00").await];
    for _ in 0..2 {
        crm.pay(&invoices[0], "0.10").await;
    }
    let page = crm.get(&format!("{}payments/?limit=1", invoices[0])).await;
    let payments = parameter(&next_of(&page).unwrap(), "cursor");
    refused(&crm.get(&format!("{}payments/?cursor={payments}", invoices[1])).await, &["cursor"]);
    refused(&crm.get(&format!("{}line-items/?cursor={payments}", invoices[0])).await, &["cursor"]);

    let other = crm.tributary.sign_up("other").await;
    refused(&crm.tributary.get(&other, &next).await, &["cursor"]);
    let (start, end) = cursor.split_at(cursor.len() / 2);
    let turned = format!("{end}{start}");
    let flipped: String = cursor.chars().map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c }).collect();
    let cut = &cursor[..cursor.len() - 1];
    for wrong in [turned.as_str(), &flipped, cut, "x", "%00", "AAAA", &client, "' OR 1=1", ""] {
        let wrong = wrong.replace(' ', "%20");
        refused(&crm.get(&format!("/api/clients/?limit=2&cursor={wrong}")).await, &["cursor"]);
    }
    refused(&crm.get("/api/clients/?limit=0&cursor=x").await, &["limit", "cursor"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_stays_good_when_the_row_that_it_names_is_gone() {
    let crm = Crm::start().await;
    crm.make_clients(6).await;
    let all = ids(&crm.get("/api/clients/").await.expect(200));
    let first = crm.get("/api/clients/?limit=3").await;
    crm.delete(&format!("/api/clients/{}/", all[2])).await.expect(204);
    crm.delete(&format!("/api/clients/{}/", all[3])).await.expect(204);
    let second = crm.get(&next_of(&first).unwrap()).await;
    assert_eq!(ids(&second.expect(200)), all[4..]);
}

//! The list: each filter by itself, and all of them together.

use serde_json::{Value, json};

use super::{NOWHERE, Skhokho, names};

struct Row {
    number: &'static str,
    title: &'static str,
    date: &'static str,
    status: &'static str,
    is_first_client: bool,
    is_overdue: bool,
}

/// In the order in which they are made.
const ROWS: [Row; 6] = [
    row("WEB-1", "Design", "2020-01-10", "sent", true, true),
    row("web-2", "Hosting", "2020-02-10", "sent", false, false),
    row("APP-1", "Mobile website", "2020-03-10", "draft", true, false),
    row("APP-2", "Consulting", "2020-04-10", "paid", false, false),
    row("APP-3", "On the WEB", "2020-04-10", "partially_paid", true, true),
    row("APP-4", "Webinar", "2020-05-10", "cancelled", true, false),
];

const fn row(
    number: &'static str,
    title: &'static str,
    date: &'static str,
    status: &'static str,
    is_first_client: bool,
    is_overdue: bool,
) -> Row {
    Row { number, title, date, status, is_first_client, is_overdue }
}

async fn fill(skhokho: &Skhokho) {
    let second = json!({"name": "Second"});
    let second = skhokho.tributary.post(&skhokho.user, "/api/clients/", second).await.expect(201)["id"].clone();
    for row in &ROWS {
        // What is not yet due is so for long; all others were due when they were issued.
        let due = if row.number == "web-2" { "2099-01-01" } else { row.date };
        let client = if row.is_first_client { json!(skhokho.client) } else { second.clone() };
        let made = skhokho
            .invoice(json!({
                "invoice_number": row.number, "title": row.title, "invoice_date": row.date, "due_date": due,
                "client_id": client
            }))
            .await;
        let change = match row.status {
            "partially_paid" => json!({"status": "sent", "paid_amount": "5.00"}),
            status => json!({ "status": status }),
        };
        let changed = skhokho.patch(&made, change).await.expect(200);
        assert_eq!((&changed["status"], &changed["is_overdue"]), (&json!(row.status), &json!(row.is_overdue)));
    }
}

type Filter<'a> = (String, &'a dyn Fn(&Row) -> bool);

async fn check(skhokho: &Skhokho, filters: &[&Filter<'_>]) {
    let query: Vec<_> = filters.iter().map(|(query, _)| query.as_str()).collect();
    let list = skhokho.get(&format!("?{}", query.join("&"))).await.expect(200);
    let expected = ROWS.iter().rev().filter(|row| filters.iter().all(|(_, passes)| passes(row)));
    let expected: Vec<_> = expected.map(|row| json!(row.number)).collect();
    let shown: Vec<_> = list.as_array().unwrap().iter().map(|row| row["invoice_number"].clone()).collect();
    assert_eq!(shown, expected, "{query:?}");
}

fn in_text(row: &Row, part: &str) -> bool {
    format!("{}\n{}", row.number, row.title).to_lowercase().contains(part)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_combination_of_filters_gives_what_passes_all_of_them_newest_first() {
    let skhokho = Skhokho::start().await;
    fill(&skhokho).await;
    let filters: [Filter; 7] = [
        ("search=wEb".into(), &|row| in_text(row, "web")),
        ("from_date=2020-02-10".into(), &|row| row.date >= "2020-02-10"),
        ("to_date=2020-04-10".into(), &|row| row.date <= "2020-04-10"),
        ("overdue=true".into(), &|row| row.is_overdue),
        ("status=partially_paid".into(), &|row| row.status == "partially_paid"),
        (format!("client_id={}", skhokho.client), &|row| row.is_first_client),
        ("limit=1000".into(), &|_| true),
    ];
    for mix in 0..1_u32 << filters.len() {
        let chosen: Vec<_> =
            filters.iter().enumerate().filter(|(place, _)| mix >> place & 1 == 1).map(|(_, filter)| filter).collect();
        check(&skhokho, &chosen).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_filter_takes_each_of_its_values() {
    let skhokho = Skhokho::start().await;
    fill(&skhokho).await;
    for word in ["draft", "sent", "viewed", "paid", "partially_paid", "overdue", "cancelled", "refunded"] {
        check(&skhokho, &[&(format!("status={word}"), &|row| row.status == word)]).await;
    }
    for (value, wanted) in
        [("true", true), ("false", false), ("True", true), ("FALSE", false), ("1", true), ("0", false)]
    {
        check(&skhokho, &[&(format!("overdue={value}"), &|row| row.is_overdue == wanted)]).await;
    }
    for part in ["app-", "on the web", "-1", "hosting", "nothing", "%20"] {
        let text = part.replace("%20", "");
        check(&skhokho, &[&(format!("search={}", part.replace(' ', "+")), &|row| in_text(row, &text))]).await;
    }
    check(&skhokho, &[&(format!("client_id={NOWHERE}"), &|_| false)]).await;
    for ignored in ["status=", "overdue=", "search=", "from_date=", "unknown=x"] {
        check(&skhokho, &[&(ignored.into(), &|_| true)]).await;
    }
    check(&skhokho, &[&("from_date=2020-03-11&to_date=2020-03-09".into(), &|_| false)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_cannot_be_is_named() {
    let skhokho = Skhokho::start().await;
    for (query, fields) in [
        ("status=void", &["status"][..]),
        ("overdue=maybe", &["overdue"]),
        ("from_date=2020-02-30", &["from_date"]),
        ("to_date=10.01.2020", &["to_date"]),
        ("client_id=7", &["client_id"]),
        ("limit=0", &["limit"]),
        ("limit=1001", &["limit"]),
        ("cursor=x", &["cursor"]),
        ("overdue=x&from_date=x&status=x", &["status", "overdue", "from_date"]),
    ] {
        names(&skhokho.get(&format!("?{query}")).await, fields);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_longer_than_its_page_says_where_it_goes_on() {
    let skhokho = Skhokho::start().await;
    fill(&skhokho).await;
    for query in ["limit=2", "limit=2&search=a", "limit=2&status=sent"] {
        let (mut next, mut numbers) = (Some(format!("?{query}")), Vec::<Value>::new());
        while let Some(rest) = next {
            let answer = skhokho.get(&rest).await;
            let page = answer.expect(200);
            assert!(page.as_array().unwrap().len() <= 2);
            numbers.extend(page.as_array().unwrap().iter().map(|row| row["invoice_number"].clone()));
            let link = answer.header("link").map(|link| link.split_once('?').unwrap().1.split_once('>').unwrap().0);
            next = link.map(|query| format!("?{query}"));
        }
        let whole = skhokho.get(&format!("?{}", query.replace("limit=2", ""))).await.expect(200);
        let whole: Vec<_> = whole.as_array().unwrap().iter().map(|row| row["invoice_number"].clone()).collect();
        assert_eq!(numbers, whole, "{query}");
    }
}

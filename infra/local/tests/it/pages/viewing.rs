//! Opening the page marks the invoice viewed, once, and only when a reader does it.

use domain::invoice::Status;
use store::meter::Meter;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_reader_makes_a_sent_invoice_viewed_and_later_ones_change_nothing() {
    let scene = Scene::start().await;
    let invoice = scene.sent().await;
    scene.tributary.advance(60).await;
    let opened = app::ports::Clock::now(&**scene.tributary.cloud.clock());
    assert_eq!(scene.open(&invoice).await.status, 200);
    let (first, history) = scene.kept(&invoice).await;
    assert_eq!(first.status, Status::Viewed);
    let viewed_at = first.viewed_at.unwrap();
    assert!(viewed_at >= opened);
    let row = history.last().unwrap();
    assert_eq!((row.from, row.to, row.by.clone(), row.at), (Some(Status::Sent), Status::Viewed, None, viewed_at));

    // crm has no word for it.
    let shown = scene.tributary.get(&scene.owner, &path(&invoice)).await.expect(200);
    assert_eq!(shown["status"], "sent");

    scene.tributary.advance(3600).await;
    assert_eq!(scene.open(&invoice).await.status, 200);
    assert_eq!(scene.kept(&invoice).await, (first, history));
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_at_once_are_one_first_reader() {
    let scene = Scene::start().await;
    let invoice = scene.sent().await;
    let answers = futures::future::join_all((0..12).map(|_| scene.open(&invoice))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let (_, history) = scene.kept(&invoice).await;
    assert_eq!(history.iter().filter(|row| row.to == Status::Viewed).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_sees_the_page_and_leaves_no_trace() {
    let scene = Scene::start().await;
    let invoice = scene.sent().await;
    let before = scene.kept(&invoice).await;
    for (name, value) in [
        ("user-agent", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
        ("user-agent", "Twitterbot/1.0"),
        ("user-agent", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"),
        ("user-agent", "WhatsApp/2.23.20.0"),
        ("user-agent", "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient)"),
        ("user-agent", "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"),
        ("user-agent", "TelegramBot (like TwitterBot)"),
        ("user-agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
        ("user-agent", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"),
        ("user-agent", "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Safari/605.1.15 (Applebot/0.1)"),
        ("user-agent", "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5"),
        ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/141.0 Safari/537.36"),
        ("sec-fetch-dest", "empty"),
        ("sec-fetch-mode", "no-cors"),
        ("purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
    ] {
        let answer = scene.open_with(Method::GET, &invoice, &[(name, value)]).await;
        assert_eq!(answer.status, 200, "{value}");
        assert!(answer.text.contains("100.00"), "{value}");
    }
    // Command-line clients, and the scanners of mail gateways that call themselves a browser.
    for name in ["curl/8.5.0", "Wget/1.21.4", "python-requests/2.32.3", "Mozilla/5.0 (Windows NT 10.0) Chrome/141.0"] {
        let page = page_of(&scene.tributary, &invoice);
        let answer = scene.tributary.raw(Method::GET, &page, &[("user-agent", name), ("accept", "*/*")], "").await;
        assert_eq!(answer.status, 200, "{name}");
    }
    let head = scene.open_with(Method::HEAD, &invoice, &[]).await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
    assert_eq!(scene.kept(&invoice).await, before);
    assert_eq!((before.0.status, before.0.viewed_at), (Status::Sent, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_says_more_than_viewed_stays() {
    let scene = Scene::start().await;
    let part = scene.sent().await;
    scene.pay(&part, "40.00").await;
    let late = scene.invoice(json!({"status": "overdue", "subtotal": "100.00"})).await;
    let paid = scene.invoice(json!({"status": "paid", "subtotal": "100.00"})).await;
    let void = scene.invoice(json!({"status": "void", "subtotal": "100.00"})).await;
    let table = [(part, Status::PartiallyPaid), (late, Status::Overdue), (paid, Status::Paid), (void, Status::Void)];
    for (invoice, status) in table {
        let (before, history) = scene.kept(&invoice).await;
        assert_eq!((before.status, before.viewed_at), (status, None));
        assert_eq!(scene.open(&invoice).await.status, 200, "{status}");
        let (after, same) = scene.kept(&invoice).await;
        assert_eq!(after.status, status);
        assert!(after.viewed_at.is_some(), "{status}");
        assert_eq!(same, history, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_has_no_page_until_it_is_sent_and_a_deleted_invoice_has_none() {
    let scene = Scene::start().await;
    let invoice = scene.invoice(json!({"subtotal": "100.00"})).await;
    not_found(&scene.open(&invoice).await);
    assert_eq!(scene.kept(&invoice).await.0.viewed_at, None);
    let sent = scene.patch(&invoice, json!({"status": "sent"})).await;
    assert_eq!(sent["hosted_url"], invoice["hosted_url"]);
    assert_eq!(scene.open(&invoice).await.status, 200);
    assert_eq!(scene.kept(&invoice).await.0.status, Status::Viewed);
    scene.tributary.delete(&scene.owner, &path(&invoice)).await.expect(204);
    not_found(&scene.open(&invoice).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_costs_three_reads_and_the_first_time_one_write() {
    let scene = Scene::start().await;
    let invoice = scene.sent().await;
    let page = page_of(&scene.tributary, &invoice);
    let (app, token) = (scene.app(), page.trim_start_matches("/i/"));
    let mut costs = Vec::new();
    for _ in 0..2 {
        let meter = Meter::default();
        meter.scope(app.open_hosted(token, app::hosted::Visitor::Reader)).await.unwrap();
        costs.push((meter.reading().round_trips, meter.reading().write_units > 0.0));
    }
    assert_eq!(costs, [(4, true), (3, false)]);
}

//! Invoices become overdue once their due date has passed, and a sweep costs what is overdue.

use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::bucket::Bucket;
use app::queue::WorkQueue;
use app::session::Credential;
use app::sources::SourceAddress;
use app::sweep::SweepReport;
use contracts::crm::invoices::InvoiceBody;
use contracts::wire::parse_object;
use domain::id::InvoiceId;
use domain::invoice::{HistoryEntry, Status, StatusRequest};
use fn_sweep::Sweep;
use futures::future::join_all;
use http::Method;
use jiff::civil::{Date, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Value, json};
use store::Store;
use tributary_local::{Cloud, Options, TypedFunction, registry};

use crate::support::{Tributary, User};

/// An organisation whose invoices are swept.
pub struct Ledger {
    pub tributary: Tributary,
    pub user: User,
    client: String,
}

impl Ledger {
    pub async fn open() -> Self {
        Self::over(Tributary::start().await).await
    }

    async fn over(tributary: Tributary) -> Self {
        let user = tributary.sign_up("owner").await;
        let client = tributary.post(&user, "/api/clients/", json!({"name": "Acme"})).await.expect(201);
        Self { client: client["id"].as_str().unwrap().to_owned(), tributary, user }
    }

    pub fn app(&self) -> App {
        registry::app(self.tributary.cloud.environment())
    }

    fn now(&self) -> Timestamp {
        app::ports::Clock::now(&**self.tributary.cloud.clock())
    }

    /// The date in UTC, some days from now.
    pub fn day(&self, days: i64) -> Date {
        self.now().to_zoned(TimeZone::UTC).date().checked_add(days.days()).unwrap()
    }

    fn body(&self, due: Option<Date>, total: &str) -> Value {
        json!({"client": self.client, "issue_date": "2020-01-01", "due_date": due, "total": total, "subtotal": total})
    }

    /// An invoice of 100.00, sent.
    pub async fn sent(&self, due: Option<Date>) -> String {
        self.invoice(due, "100.00", "sent").await
    }

    pub async fn invoice(&self, due: Option<Date>, total: &str, status: &str) -> String {
        let mut body = self.body(due, total);
        body["status"] = json!("draft");
        let made = self.tributary.post(&self.user, "/api/invoices/", body).await.expect(201);
        let id = made["id"].as_str().unwrap().to_owned();
        if status != "draft" {
            // An invoice over zero is paid as soon as it is issued.
            let written = if total == "0.00" { "sent" } else { status };
            let path = format!("/api/invoices/{id}/");
            let patched = self.tributary.patch(&self.user, &path, json!({"status": written})).await.expect(200);
            assert_eq!(patched["status"], json!(status));
        }
        id
    }

    pub async fn write(&self, id: &str, status: &str) {
        let path = format!("/api/invoices/{id}/");
        let written = self.tributary.patch(&self.user, &path, json!({"status": status})).await.expect(200);
        assert_eq!(written["status"], json!(status));
    }

    pub async fn pay(&self, id: &str, amount: &str) {
        let body = json!({"amount": amount, "method": "cash"});
        self.tributary.post(&self.user, &format!("/api/invoices/{id}/payments/"), body).await.expect(201);
    }

    /// An invoice of a status for which the contract has no word of its own.
    async fn unspoken(&self, due: Date, target: Status) -> String {
        let app = self.app();
        let session = app
            .authenticate(&Credential::Token(self.user.token.clone()), None, &SourceAddress::unknown())
            .await
            .unwrap();
        let body: InvoiceBody = parse_object(self.body(Some(due), "100.00").to_string().as_bytes()).unwrap();
        let mut new = body.into_new().unwrap();
        new.status = StatusRequest { target, shown_as: &[] };
        app.create_invoice(&session.actor, new).await.unwrap().header().id.to_string()
    }

    pub async fn show(&self, id: &str) -> Value {
        self.tributary.get(&self.user, &format!("/api/invoices/{id}/")).await.expect(200)
    }

    pub async fn status(&self, id: &str) -> String {
        self.show(id).await["status"].as_str().unwrap().to_owned()
    }

    pub async fn history(&self, id: &str) -> Vec<HistoryEntry> {
        let session = self
            .app()
            .authenticate(&Credential::Token(self.user.token.clone()), None, &SourceAddress::unknown())
            .await
            .unwrap();
        let id: InvoiceId = id.parse().unwrap();
        self.store().invoice_history(session.actor.tenant(), id).await.unwrap()
    }

    pub fn store(&self) -> Store {
        let environment = self.tributary.cloud.environment();
        Store::new(environment.sdk.dynamodb(&environment.dynamodb_url), &environment.table_name)
    }

    async fn sweep(&self) -> Value {
        self.tributary.raw(Method::POST, "/_local/sweep", &[], "").await.expect(200)
    }

    /// Moves the clock to a time of the day, some days from now.
    async fn advance_to(&self, days: i64, hour: i8, minute: i8) {
        let then = self.day(days).to_datetime(time(hour, minute, 1, 0)).to_zoned(TimeZone::UTC).unwrap().timestamp();
        let seconds = then.duration_since(self.now()).as_secs();
        self.tributary.advance(u64::try_from(seconds + 1).unwrap()).await;
    }

    async fn becomes_overdue(&self, id: &str) {
        for _ in 0..1000 {
            if self.status(id).await == "overdue" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the schedule did not mark {id}: {}", self.show(id).await);
    }
}

/// What the sweep does about invoices and links.
pub async fn swept(app: &App) -> SweepReport {
    let until = app.now() + SignedDuration::from_mins(1);
    let (overdue, links) = (app.mark_overdue(until).await.unwrap(), app.retire_links(until).await.unwrap());
    overdue.and(links)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_becomes_overdue_by_the_schedule_once_its_due_date_has_passed_in_utc() {
    let ledger = Ledger::open().await;
    let (today, tomorrow) = (ledger.sent(Some(ledger.day(0))).await, ledger.sent(Some(ledger.day(1))).await);
    assert_eq!(ledger.status(&today).await, "sent");
    // The schedule runs five minutes after midnight.
    ledger.advance_to(1, 0, 5).await;
    ledger.becomes_overdue(&today).await;
    assert_eq!(ledger.status(&tomorrow).await, "sent");
    ledger.advance_to(1, 0, 5).await;
    ledger.becomes_overdue(&tomorrow).await;

    let last = ledger.history(&today).await.pop().unwrap();
    assert_eq!((last.from, last.to, last.by), (Some(Status::Sent), Status::Overdue, None));
    assert_eq!(last.at.to_zoned(TimeZone::UTC).date(), ledger.day(-1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sweep_marks_what_is_owed_and_past_its_due_date_and_nothing_else() {
    let ledger = Ledger::open().await;
    let (past, today) = (Some(ledger.day(-1)), Some(ledger.day(0)));
    let partly = ledger.sent(past).await;
    ledger.pay(&partly, "40.00").await;
    let marked = [
        ledger.sent(past).await,
        partly,
        ledger.unspoken(ledger.day(-1), Status::Viewed).await,
        ledger.unspoken(ledger.day(-400), Status::Pending).await,
    ];
    let paid_by_payment = ledger.sent(past).await;
    ledger.pay(&paid_by_payment, "100.00").await;
    let refunded = ledger.invoice(past, "100.00", "paid").await;
    ledger.write(&refunded, "refunded").await;
    let no_longer_due = ledger.sent(past).await;
    let postponed = json!({"due_date": ledger.day(30)});
    ledger.tributary.patch(&ledger.user, &format!("/api/invoices/{no_longer_due}/"), postponed).await.expect(200);
    let untouched = [
        (ledger.sent(today).await, "sent"),
        (ledger.sent(Some(ledger.day(1))).await, "sent"),
        (ledger.sent(None).await, "sent"),
        (no_longer_due, "sent"),
        (ledger.invoice(past, "0.00", "paid").await, "paid"),
        (ledger.invoice(past, "100.00", "draft").await, "draft"),
        (ledger.invoice(past, "100.00", "paid").await, "paid"),
        (paid_by_payment, "paid"),
        (ledger.invoice(past, "100.00", "void").await, "void"),
        (refunded, "refunded"),
        (ledger.invoice(past, "100.00", "overdue").await, "overdue"),
    ];
    let deleted = ledger.sent(past).await;
    ledger.tributary.delete(&ledger.user, &format!("/api/invoices/{deleted}/")).await.expect(204);
    let before = join_all(untouched.iter().map(|(id, _)| ledger.show(id))).await;

    assert_eq!(ledger.sweep().await["marked_overdue"], 4);
    for id in &marked {
        assert_eq!(ledger.status(id).await, "overdue");
        let last = ledger.history(id).await.pop().unwrap();
        assert_eq!((last.to, last.by), (Status::Overdue, None));
    }
    let after = join_all(untouched.iter().map(|(id, _)| ledger.show(id))).await;
    assert_eq!(after, before);
    for ((_, status), shown) in untouched.iter().zip(&after) {
        assert_eq!(shown["status"], json!(status));
    }
    assert_eq!(ledger.tributary.get(&ledger.user, &format!("/api/invoices/{deleted}/")).await.status, 404);

    // Once more: nothing is left to do.
    let shown = join_all(marked.iter().map(|id| ledger.show(id))).await;
    let nothing = json!({"examined": 0, "marked_overdue": 0, "links_retired": 0, "failed": 0, "left": 0, "images_moved": 0, "images_failed": 0, "images_left": 0, "work_resumed": 0});
    assert_eq!(ledger.sweep().await, nothing);
    assert_eq!(join_all(marked.iter().map(|id| ledger.show(id))).await, shown);

    // The day after, what was due today is marked, and nothing twice.
    ledger.tributary.advance(86_400).await;
    ledger.sweep().await;
    assert_eq!(ledger.status(&untouched[0].0).await, "overdue");
    for id in &marked {
        let history = ledger.history(id).await;
        assert_eq!(history.iter().filter(|entry| entry.to == Status::Overdue).count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sweeps_at_once_mark_every_invoice_once() {
    let ledger = Ledger::open().await;
    let mut invoices = Vec::new();
    for _ in 0..20 {
        invoices.push(ledger.sent(Some(ledger.day(-1))).await);
    }
    let app = ledger.app();
    let sweeps = join_all((0..4).map(|_| {
        tokio::spawn({
            let app = app.clone();
            async move { swept(&app).await }
        })
    }));
    let reports: Vec<_> = sweeps.await.into_iter().map(Result::unwrap).collect();
    assert_eq!(reports.iter().map(|report| report.marked_overdue).sum::<u32>(), 20, "{reports:?}");
    assert_eq!(reports.iter().map(|report| report.failed).sum::<u32>(), 0, "{reports:?}");
    for id in &invoices {
        assert_eq!(ledger.status(id).await, "overdue");
        let words: Vec<_> = ledger.history(id).await.into_iter().map(|entry| entry.to).collect();
        assert_eq!(words.iter().filter(|to| **to == Status::Overdue).count(), 1, "{words:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_during_the_sweep_is_not_lost() {
    let ledger = Ledger::open().await;
    let mut invoices = Vec::new();
    for _ in 0..10 {
        invoices.push(ledger.sent(Some(ledger.day(-1))).await);
    }
    let app = ledger.app();
    let (report, _) = tokio::join!(swept(&app), join_all(invoices.iter().map(|id| ledger.pay(id, "100.00"))));
    assert_eq!(report.failed, 0);
    for id in &invoices {
        let shown = ledger.show(id).await;
        assert_eq!((&shown["status"], &shown["amount_paid"]), (&json!("paid"), &json!("100.00")));
    }
}

/// Starts the product with a sweep whose bucket and work queue do not exist.
async fn with_broken_parts() -> Ledger {
    let cloud = Cloud::start(Options::ephemeral(), |environment| {
        let sweep = Sweep {
            app: registry::app(environment),
            bucket: Bucket::new(environment.sdk.s3(&environment.s3_url), "nobodys-bucket"),
            work: WorkQueue::new(environment.sdk.sqs(&environment.sqs_url), "http://127.0.0.1:9/nobodys-queue"),
        };
        let mut functions = registry::build(environment);
        let handler = move |event| fn_sweep::handle(sweep.clone(), event);
        functions.insert("sweep".to_owned(), Arc::new(TypedFunction::new(handler)));
        functions
    });
    Ledger::over(Tributary::over(cloud.await.unwrap())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_bucket_stops_no_other_job_of_the_sweep_and_the_run_fails() {
    let ledger = with_broken_parts().await;
    let id = ledger.sent(Some(ledger.day(-1))).await;
    let failed = ledger.tributary.cloud.invoker().invoke("sweep", json!({})).await.unwrap_err().to_string();
    assert_eq!(ledger.status(&id).await, "overdue");
    for said in ["images: ", "attachments: ", r#""marked_overdue":1"#] {
        assert!(failed.contains(said), "{said}: {failed}");
    }
    assert!(!failed.contains("overdue invoices: ") && !failed.contains("payment links: "), "{failed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_there_is_no_time_for_is_left_to_the_next_sweep() {
    let ledger = Ledger::open().await;
    let due = Some(ledger.day(-1));
    let ids = [ledger.sent(due).await, ledger.sent(due).await];
    let report = ledger.app().mark_overdue(ledger.now()).await.unwrap();
    assert_eq!((report.examined, report.marked_overdue, report.failed, report.left), (2, 0, 0, 2));
    assert_eq!(ledger.status(&ids[0]).await, "sent");
    assert_eq!(ledger.sweep().await["marked_overdue"], 2);
}

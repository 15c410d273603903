//! Payment links: one for an invoice, wherever the work is cut off.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use domain::error::Error as Refusal;
use domain::id::InvoiceId;
use domain::invoice::{Invoice, Status};
use futures::future::join_all;
use store::RetiredLink;
use tributary_app::payment_links::{LinkAnswer, LinkRequest, PaymentLinks, ProviderError};
use tributary_app::{App, Error};

use crate::support::{Office, owner, payment, refusal};

/// What happens to the answers of Stripe.
#[derive(Debug, Default)]
enum Mishap {
    #[default]
    None,
    /// Stripe has made the link, and its answer never arrives.
    AnswerLost,
    /// Stripe has made the link and answered, and the process ends before it goes on.
    Killed,
    /// Stripe refuses.
    Refused,
    /// Stripe fails, and gives that answer again for the same key.
    Failed,
    /// Stripe takes its time, in which the invoice is paid in part.
    PaidMeanwhile(App, InvoiceId),
}

/// Stripe, as far as keys and links go.
#[derive(Debug, Default, Clone)]
struct Stripe(Arc<Mutex<Account>>);

#[derive(Debug, Default)]
struct Account {
    links: BTreeMap<String, (LinkRequest, bool)>,
    failures: Vec<String>,
    mishap: Mishap,
}

impl Stripe {
    fn with(mishap: Mishap) -> Self {
        let stripe = Self::default();
        stripe.is_now(mishap);
        stripe
    }

    fn is_now(&self, mishap: Mishap) {
        self.0.lock().unwrap().mishap = mishap;
    }

    /// What was made, and whether it is active.
    fn links(&self) -> Vec<(i64, bool)> {
        self.0.lock().unwrap().links.values().map(|(request, active)| (request.amount.units, *active)).collect()
    }

    fn make(&self, request: &LinkRequest) -> Result<LinkAnswer, ProviderError> {
        let mut account = self.0.lock().unwrap();
        if account.failures.contains(&request.key) {
            return Err(ProviderError::Failed("as before".into()));
        }
        let known = account.links.entry(request.key.clone()).or_insert_with(|| (request.clone(), true));
        assert_eq!(known.0, *request, "one key, two requests");
        Ok(LinkAnswer { stripe_id: format!("plink_{}", request.key), url: format!("https://pay.test/{}", request.key) })
    }
}

#[async_trait]
impl PaymentLinks for Stripe {
    async fn create(&self, request: &LinkRequest) -> Result<LinkAnswer, ProviderError> {
        let mishap = std::mem::take(&mut self.0.lock().unwrap().mishap);
        match mishap {
            Mishap::None => self.make(request),
            Mishap::AnswerLost => {
                self.make(request)?;
                Err(ProviderError::Unanswered("the connection was closed".into()))
            }
            Mishap::Killed => {
                self.make(request)?;
                std::future::pending().await
            }
            Mishap::Refused => Err(ProviderError::Refused("no such key".into())),
            Mishap::Failed => {
                self.0.lock().unwrap().failures.push(request.key.clone());
                Err(ProviderError::Failed("at first".into()))
            }
            Mishap::PaidMeanwhile(app, invoice) => {
                app.create_payment(&owner(), invoice, payment(40, None)).await.unwrap();
                self.make(request)
            }
        }
    }

    async fn deactivate(&self, stripe_id: &str) -> Result<(), ProviderError> {
        let key = stripe_id.strip_prefix("plink_").unwrap();
        self.0.lock().unwrap().links.get_mut(key).unwrap().1 = false;
        Ok(())
    }
}

async fn url(office: &Office, invoice: &Invoice) -> Result<String, Error> {
    office.app.payment_link(&owner(), invoice.header().id).await.map(|shown| shown.url)
}

#[tokio::test]
async fn a_crash_between_stripes_answer_and_the_commit_leaves_one_link() {
    let office = Office::open().await;
    let invoice = office.invoice().await;
    let (actor, id) = (owner(), invoice.header().id);
    let stripe = Stripe::with(Mishap::Killed);
    let cut = office.app.create_payment_link(&stripe, &actor, id);
    tokio::time::timeout(Duration::from_millis(500), cut).await.unwrap_err();
    assert_eq!(stripe.links(), [(10_000, true)], "it is cut off after Stripe has made the link");
    assert_eq!(refusal(url(&office, &invoice).await), Refusal::NotFound);

    let shown = office.app.create_payment_link(&stripe, &actor, id).await.unwrap();
    assert_eq!(stripe.links(), [(10_000, true)]);
    assert_eq!(url(&office, &invoice).await.unwrap(), shown.url);
    let again = refusal(office.app.create_payment_link(&stripe, &actor, id).await);
    assert!(matches!(again, Refusal::Conflict(_)));
    assert_eq!(stripe.links().len(), 1);
}

#[tokio::test]
async fn an_answer_that_never_arrives_is_asked_for_again() {
    let office = Office::open().await;
    let invoice = office.invoice().await;
    let (actor, id) = (owner(), invoice.header().id);
    let stripe = Stripe::with(Mishap::AnswerLost);
    let lost = office.app.create_payment_link(&stripe, &actor, id).await.unwrap_err();
    assert!(matches!(lost, Error::PaymentProvider(_)));
    assert_eq!(refusal(url(&office, &invoice).await), Refusal::NotFound);
    assert_eq!(office.header(&invoice).await.details.stripe.hosted_url, None);
    office.app.create_payment_link(&stripe, &actor, id).await.unwrap();
    assert_eq!(stripe.links(), [(10_000, true)]);
}

#[tokio::test]
async fn a_link_that_was_lost_and_is_no_longer_wanted_is_deactivated() {
    let office = Office::open().await;
    let invoice = office.invoice().await;
    let (actor, id) = (owner(), invoice.header().id);
    let stripe = Stripe::with(Mishap::AnswerLost);
    office.app.create_payment_link(&stripe, &actor, id).await.unwrap_err();
    let link = office.header(&invoice).await.payment_link.unwrap();
    office.app.create_payment(&actor, id, payment(40, None)).await.unwrap();
    assert_eq!(office.header(&invoice).await.payment_link, None);
    let retired = RetiredLink { tenant: actor.tenant(), invoice: id, link };
    for _ in 0..2 {
        office.app.deactivate_link(&stripe, &retired).await.unwrap();
        assert_eq!(stripe.links(), [(10_000, false)]);
    }
    office.app.create_payment_link(&stripe, &actor, id).await.unwrap();
    let mut links = stripe.links();
    links.sort_unstable();
    assert_eq!(links, [(6_000, true), (10_000, false)]);
}

#[tokio::test]
async fn of_many_callers_at_once_one_gets_the_link() {
    let office = Office::open().await;
    let invoice = office.invoice().await;
    let (actor, stripe) = (owner(), Stripe::default());
    let asking = (0..8).map(|_| office.app.create_payment_link(&stripe, &actor, invoice.header().id));
    let (made, refused): (Vec<_>, Vec<_>) = join_all(asking).await.into_iter().partition(Result::is_ok);
    assert_eq!((made.len(), stripe.links()), (1, vec![(10_000, true)]));
    assert!(refused.into_iter().all(|refused| matches!(refusal(refused), Refusal::Conflict(_))));
}

#[tokio::test]
async fn a_refusal_is_the_callers_to_read_and_leaves_nothing_half_made() {
    let office = Office::open().await;
    let invoice = office.invoice().await;
    let (actor, id) = (owner(), invoice.header().id);
    let stripe = Stripe::with(Mishap::Refused);
    let before = office.header(&invoice).await;
    let refused = refusal(office.app.create_payment_link(&stripe, &actor, id).await);
    let about = "Stripe takes no payment link for this invoice's amount or currency.";
    assert_eq!(refused, Refusal::rule(about));
    let mut after = office.header(&invoice).await;
    after.meta.version = before.meta.version;
    assert_eq!(after, before);
    office.app.create_payment_link(&stripe, &actor, id).await.unwrap();
    assert_eq!(stripe.links().len(), 1);
}

#[tokio::test]
async fn a_failure_that_stripe_repeats_for_its_key_does_not_block_the_next_try() {
    let office = Office::open().await;
    let invoice = office.invoice().await;
    let (actor, id) = (owner(), invoice.header().id);
    let stripe = Stripe::with(Mishap::Failed);
    let failed = office.app.create_payment_link(&stripe, &actor, id).await.unwrap_err();
    assert!(matches!(failed, Error::PaymentProvider(_)));
    office.app.create_payment_link(&stripe, &actor, id).await.unwrap();
    assert_eq!(stripe.links(), [(10_000, true)]);
}

#[tokio::test]
async fn a_link_over_a_balance_that_changed_is_nobodys() {
    let office = Office::open().await;
    let invoice = office.invoice().await;
    let (actor, id) = (owner(), invoice.header().id);
    let stripe = Stripe::with(Mishap::PaidMeanwhile(office.app.clone(), id));
    let changed = refusal(office.app.create_payment_link(&stripe, &actor, id).await);
    assert!(matches!(changed, Refusal::Conflict(_)));
    let header = office.header(&invoice).await;
    assert_eq!(
        (header.status, header.payment_link, header.details.stripe.hosted_url),
        (Status::PartiallyPaid, None, None)
    );
    let shown = office.app.create_payment_link(&stripe, &actor, id).await.unwrap();
    assert_eq!(url(&office, &invoice).await.unwrap(), shown.url);
    assert_eq!(stripe.links().len(), 2);
}

//! The closure of an organisation: all that it has is removed, and its credentials first.
//!
//! What was accepted is written down before anything is removed, and every step can be done again.
//! Credentials end while the owner waits. The rest is work for the queue: payment links are
//! deactivated at Stripe while their invoices are still there to book what came in; then every
//! item goes, and every file; then, once no request that was under way can have added any more, the
//! organisation is walked again, until a walk finds nothing.

use std::time::Duration;

use domain::actor::Permission;
use domain::audit::AuditEvent;
use domain::id::OrganisationId;
use domain::image::Pictured;
use domain::member::UserNumber;
use domain::organisation::Organisation;
use domain::{Action, Model, Tenant, id::UserId};
use jiff::{SignedDuration, Timestamp};
use store::{Closure, Scope, StoreError, Work};

use crate::bucket::Bucket;
use crate::exports::{Progress, prefix};
use crate::mail::Mailer;
use crate::notices::Notice;
use crate::queue::{WorkQueue, WorkRef};
use crate::session::Session;
use crate::{App, Error};

/// How long the owner waits for credentials to end; the queue ends those of the largest organisations.
const WHILE_ASKED: SignedDuration = SignedDuration::from_secs(15);
/// How long one call removes items, well within the function's timeout.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(120);
/// How many items are removed at a time.
const PAGE: usize = 200;
/// When Stripe is asked about again.
const LINKS: Duration = Duration::from_secs(60);
/// A minute of an instance's trust in a credential, a request by it, and some more.
const SETTLED: Duration = Duration::from_secs(180);

/// Closures are the owner's: others fail with [`domain::Error::Forbidden`], and for an organisation of which the
/// caller is no member with [`domain::Error::NotFound`].
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// Has an organisation removed with all that it has, and mails its owner. Its credentials are ended, the owner's last, so that
    /// the owner can ask again until it was accepted.
    pub async fn close_organisation(
        &self,
        mailer: &Mailer,
        queue: &WorkQueue,
        session: &Session,
        organisation: OrganisationId,
    ) -> Result<Closure, Error> {
        let actor = self.owned(session, organisation, Permission(Action::Delete, Model::Business)).await?;
        let tenant = actor.tenant();
        let closure = Closure::requested(self.now());
        let entry = self.entry(AuditEvent::OrganisationDeleted, &actor).about(organisation);
        let closure = match self.store.recording(&entry)?.create_closure(tenant, &closure, self.now()).await {
            Ok(()) => {
                // The owner may be gone with the organisation's credentials.
                self.notify_owner(mailer, &actor, &Notice::OrganisationDeleted).await;
                closure
            }
            Err(StoreError::Raced) => self.store.closure(tenant).await?.unwrap_or(closure),
            Err(other) => return Err(other.into()),
        };
        queue.send(WorkRef::new(tenant, Work::Closure)).await?;
        self.end_credentials_of(tenant, self.now() + WHILE_ASKED).await?;
        Ok(closure)
    }

    /// Goes on with a closure.
    ///
    /// # Errors
    /// S3's and the store's: the step is done again.
    pub async fn work_on_closure(&self, bucket: &Bucket, tenant: Tenant) -> Result<Progress, Error> {
        let Some(mut closure) = self.store.closure(tenant).await? else { return Ok(Progress::Done) };
        let (before, until) = (closure.version, self.now() + AT_ONCE);
        closure.version += 1;
        let next = self.close(bucket, tenant, &mut closure, until).await?;
        if next == Progress::Done {
            return Ok(next);
        }
        match self.store.save_closure(tenant, &closure, before, self.now()).await {
            Ok(()) => Ok(next),
            // Another message is about the same work.
            Err(StoreError::Raced) => Ok(Progress::Done),
            Err(other) => Err(other.into()),
        }
    }

    async fn close(
        &self,
        bucket: &Bucket,
        tenant: Tenant,
        closure: &mut Closure,
        until: Timestamp,
    ) -> Result<Progress, Error> {
        closure.removed += self.end_credentials_of(tenant, until).await?;
        if !closure.links_ended {
            closure.links_ended = self.retire_links_of(tenant).await?;
            if !closure.links_ended {
                return Ok(Progress::After(LINKS));
            }
        }
        let mut next = Some(std::mem::take(&mut closure.cursor));
        while let Some(cursor) = next.take() {
            if self.now() >= until {
                closure.cursor = cursor;
                return Ok(Progress::After(Duration::ZERO));
            }
            let (items, after) = self.store.walk(tenant, Scope::Everything, cursor, PAGE).await?;
            for pictured in items.iter().filter_map(store::Kept::pictured) {
                remove_images(bucket, pictured).await?;
            }
            self.store.remove(&items).await?;
            closure.removed += u64::try_from(items.len()).unwrap_or(0);
            next = after;
        }
        closure.removed += self.store.remove_stripe_items(tenant).await?;
        bucket.clear(&prefix(tenant)).await?;
        bucket.clear_files_of(tenant).await?;
        closure.walks += 1;
        if std::mem::take(&mut closure.removed) > 0 || closure.walks == 1 {
            return Ok(Progress::After(SETTLED));
        }
        self.store.end_organisation(tenant).await?;
        tracing::info!(organisation = %tenant.organisation(), "an organisation was removed");
        Ok(Progress::Done)
    }

    /// Ends the API keys and memberships of an organisation, the owner's last; says how many there were.
    async fn end_credentials_of(&self, tenant: Tenant, until: Timestamp) -> Result<u64, Error> {
        const AT_A_TIME: usize = 100;
        let organisation = self.store.organisation(tenant.organisation()).await?;
        let owner = organisation.map(|Organisation { owner, .. }| owner);
        let keys = self.store.key_ring(tenant).await?.keys;
        self.store.remove_api_keys(&keys).await?;
        let mut ended = 0;
        let mut ended_now = usize::MAX;
        while ended_now > 0 && self.now() < until {
            let mut members = self.store.some_members(tenant, AT_A_TIME).await?;
            let is_last = members.len() < AT_A_TIME;
            members.sort_by_key(|(_, user)| Some(*user) == owner);
            ended_now = 0;
            for (number, user) in members {
                if Some(user) == owner && !is_last {
                    continue;
                }
                self.end_membership_of(tenant, number, user).await?;
                ended_now += 1;
            }
            ended += u64::try_from(ended_now).unwrap_or(0);
        }
        self.sessions.forget_organisation(tenant.organisation());
        Ok(ended)
    }

    async fn end_membership_of(&self, tenant: Tenant, number: UserNumber, user: UserId) -> Result<(), Error> {
        self.retrying(async || {
            let user = self.store.user(user).await?;
            let member = user.filter(|user| user.role_in(tenant.organisation()).is_some());
            let left = member.clone().and_then(|user| user.lose(tenant.organisation(), self.now()));
            match self.store.end_membership(tenant, number, member.as_ref(), left.as_ref()).await {
                // Another call ended it.
                Err(StoreError::Raced) if self.store.member_exists(tenant, number.get()).await? => {
                    Err(StoreError::Raced.into())
                }
                Err(StoreError::Raced) | Ok(()) => Ok(()),
                Err(other) => Err(other.into()),
            }
        })
        .await
    }

    /// Retires the payment links of an organisation; says whether Stripe holds none any more.
    async fn retire_links_of(&self, tenant: Tenant) -> Result<bool, Error> {
        let links = self.store.open_links(tenant).await?;
        for (invoice, link, is_retired) in &links {
            if !is_retired {
                self.give_up_link(tenant, *invoice, *link).await?;
            }
        }
        Ok(links.is_empty())
    }
}

/// Removes the images of an object, and what of them waits to be moved.
async fn remove_images(bucket: &Bucket, pictured: Pictured) -> Result<(), Error> {
    let prefix = pictured.prefix();
    bucket.clear(&prefix).await?;
    bucket.clear(&format!("tmp/{prefix}")).await
}

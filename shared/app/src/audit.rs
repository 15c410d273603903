//! The audit log of an organisation.

use std::future::Future;
use std::sync::Arc;

use domain::audit::{AuditEntry, AuditEvent};
use domain::id::AuditEntryId;
use domain::user::User;
use domain::{Action, Actor, Model, Tenant};
use store::{Page, PageRequest};

use crate::sources::SourceAddress;
use crate::{App, Error, may};

/// Where a request comes from, as the audit log shows it.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The client's address.
    pub source: SourceAddress,
    /// The `x-request-id` of the answer.
    pub request_id: String,
}

tokio::task_local! {
    static ORIGIN: Arc<Origin>;
}

/// Runs `work`; the entries of the audit log that it makes name this origin.
pub async fn scope<T>(origin: Origin, work: impl Future<Output = T>) -> T {
    ORIGIN.scope(Arc::new(origin), work).await
}

impl App {
    /// A page of the audit log, newest first. It is the owner's: others fail with [`domain::Error::Forbidden`], API keys
    /// too unless a scope names it.
    ///
    /// # Errors
    /// The store's.
    pub async fn list_audit_log(&self, actor: &Actor, page: PageRequest) -> Result<Page<AuditEntry>, Error> {
        may(actor, Action::View, Model::AuditEntry)?;
        Ok(self.store.audit_log(actor.tenant(), self.now(), page).await?)
    }

    /// The entry of what an actor does in its organisation.
    pub(crate) fn entry(&self, event: AuditEvent, actor: &Actor) -> AuditEntry {
        let mut entry = AuditEntry::new(AuditEntryId::new(self.new_id()), self.now(), event, actor);
        if let Ok(origin) = ORIGIN.try_with(Arc::clone) {
            entry.source = Some(origin.source.as_str().to_owned()).filter(|source| !source.is_empty());
            entry.request_id = Some(origin.request_id.clone());
        }
        entry
    }

    /// The entry of what happens to a user's account, in the organisation that the user signed up with or was added to.
    pub(crate) fn entry_of_user(&self, event: AuditEvent, user: &User) -> AuditEntry {
        let role = domain::actor::Role::Member(Vec::new());
        self.entry(event, &Actor::new(Tenant::trusted(user.home), user.author(), role))
    }
}

//! The change of a password by its user.

use domain::audit::AuditEvent;
use domain::user::Password;

use crate::mail::Mailer;
use crate::notices::{Notice, notify};
use crate::session::{Holder, Session};
use crate::sources::SourceAddress;
use crate::{App, Error, secrets};

impl App {
    /// Gives the caller another password for the old one; returns whether that was right. Ends the user's other tokens
    /// and sessions, and every JWT, and mails the user.
    ///
    /// # Errors
    /// [`domain::Error::Forbidden`] for an API key, which has no password; [`domain::Error::TooMany`] wrong ones; the
    /// store's.
    pub async fn change_password(
        &self,
        mailer: &Mailer,
        session: &Session,
        old: &str,
        new: &Password,
        from: &SourceAddress,
    ) -> Result<bool, Error> {
        let Holder::User(holder) = &session.holder else { return Err(domain::Error::Forbidden.into()) };
        let checked = self.store.user(holder.id).await?.ok_or(Error::CredentialInvalid)?;
        let limits = self.limits_of_passwords(Some(&checked), "", from);
        let check = async { Ok(secrets::verify_password(old, &checked.password_hash)) };
        if !self.counted(&limits, |is_right| !is_right, check).await? {
            return Ok(false);
        }
        let hash = secrets::hash_password(new.expose(), self.entropy.as_ref()).map_err(Error::Defect)?;
        let user = self.retrying(async || {
            let user = self.store.user(checked.id).await?;
            // The password that was right has been changed or reset meanwhile.
            let user = user.filter(|user| user.password_hash == checked.password_hash);
            let Some(mut user) = user else { return Ok(None) };
            let before = user.version;
            user.end_other_credentials(session.kept_hash(), self.now());
            self.note_source(&mut user, from);
            user.password_hash.clone_from(&hash);
            user.version += 1;
            let entry = self.entry_of_user(AuditEvent::PasswordChanged, &user);
            self.store.recording(&entry)?.save_user(&user, before).await?;
            Ok(Some(user))
        });
        let Some(user) = user.await? else { return Ok(false) };
        self.sessions.forget_user(user.id);
        notify(mailer, &user, &Notice::PasswordChanged).await;
        Ok(true)
    }
}

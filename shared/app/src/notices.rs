//! Mails that tell users what happened to their account or organisation, in case it was not them.
//!
//! Nothing depends on a notice: one that cannot be sent is logged.

use domain::Actor;
use domain::api_key::PublicKey;
use domain::user::{User, Username};

use crate::App;
use crate::mail::{Mailer, PlainMail};

/// What a user is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The password is another one.
    PasswordChanged,
    /// Sign-ins ask for a second factor.
    SecondFactorEnabled,
    /// Sign-ins no longer ask for a second factor.
    SecondFactorDisabled,
    /// The organisation has another API key.
    ApiKeyMade(PublicKey),
    /// The organisation has another member.
    MemberAdded(Username),
    /// The organisation is being deleted.
    OrganisationDeleted,
}

impl Notice {
    const fn subject(&self) -> &'static str {
        match self {
            Self::PasswordChanged => "Your password was changed",
            Self::SecondFactorEnabled => "Your second factor was switched on",
            Self::SecondFactorDisabled => "Your second factor was switched off",
            Self::ApiKeyMade(_) => "An API key was made",
            Self::MemberAdded(_) => "A member was added",
            Self::OrganisationDeleted => "Your organisation is being deleted",
        }
    }

    fn text(&self, username: &str) -> String {
        match self {
            Self::PasswordChanged => format!(
                "The password of the user {username} was changed. Whoever was signed in must sign in again.\n\nIf it was \
                 not you, reset the password now, and check who reads your mail.\n"
            ),
            Self::SecondFactorEnabled => format!(
                "From now on, the user {username} signs in with a code of an authenticator app too. Keep the recovery codes \
                 where you find them without your phone.\n\nIf it was not you, reset the password now, and ask the owner \
                 of your organisation or the operator of this service to switch the second factor off.\n"
            ),
            Self::SecondFactorDisabled => format!(
                "The user {username} signs in with the password alone again.\n\nIf it was not you or the owner of your \
                 organisation, change your password now and switch the second factor on again.\n"
            ),
            Self::ApiKeyMade(key) => format!(
                "The API key {key} was made in an organisation of the user {username}.\n\nIf it was not you, delete the \
                 key, end your tokens, and change your password.\n"
            ),
            Self::MemberAdded(member) => format!(
                "The user {} was added to an organisation of the user {username}.\n\nIf it was not you, remove the \
                 member, end your tokens, and change your password.\n",
                member.as_str()
            ),
            Self::OrganisationDeleted => format!(
                "An organisation of the user {username} is being deleted with all that it has. This cannot be undone.\n\n\
                 If it was not you, ask the operator of this service for help now.\n"
            ),
        }
    }
}

/// Mails a user, if the address is proven to be theirs.
pub(crate) async fn notify(mailer: &Mailer, user: &User, notice: &Notice) {
    if !user.email_is_proven {
        return;
    }
    let text = notice.text(user.username.as_str());
    let mail = PlainMail { to: user.email.clone(), subject: notice.subject().into(), text };
    if let Err(error) = mailer.send(mail).await {
        tracing::warn!(%error, ?notice, "a notice was not sent");
    }
}

impl App {
    /// Mails the owner of an actor's organisation, whose permission the actor acts by.
    pub(crate) async fn notify_owner(&self, mailer: &Mailer, actor: &Actor, notice: &Notice) {
        match self.store.user(actor.author().id).await {
            Ok(Some(owner)) => notify(mailer, &owner, notice).await,
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, ?notice, "a notice has nobody to go to"),
        }
    }
}

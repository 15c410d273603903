//! Mail through SES.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::DisplayErrorContext;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use domain::text::Email;

use crate::Error;

/// Sends mail from the deployment's address.
#[derive(Debug, Clone)]
pub struct Mailer {
    client: Client,
    sender: String,
}

/// A mail in plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainMail {
    /// The recipient.
    pub to: Email,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl Mailer {
    /// A mailer that sends from `sender`, an address that SES has verified.
    #[must_use]
    pub fn new(client: Client, sender: impl Into<String>) -> Self {
        Self { client, sender: sender.into() }
    }

    /// Sends a mail.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when SES does not take it.
    pub async fn send(&self, mail: PlainMail) -> Result<(), Error> {
        let PlainMail { to, subject, text } = mail;
        let content = |data: String| {
            Content::builder().data(data).charset("UTF-8").build().map_err(|e| Error::Defect(e.to_string()))
        };
        let message = Message::builder().subject(content(subject)?).body(Body::builder().text(content(text)?).build());
        self.client
            .send_email()
            .from_email_address(&self.sender)
            .destination(Destination::builder().to_addresses(to.as_str()).build())
            .content(EmailContent::builder().simple(message.build()).build())
            .send()
            .await
            .map_err(|error| Error::Unavailable(format!("SES: {}", DisplayErrorContext(error))))?;
        Ok(())
    }
}

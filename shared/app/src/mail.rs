//! Mail through SES.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::Builder as ConfigBuilder;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::error::{BuildError, DisplayErrorContext};
use aws_sdk_sesv2::operation::send_email::builders::SendEmailFluentBuilder;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Attachment, Body, Content, Destination, EmailContent, Message, MessageTag};
use domain::id::OrganisationId;
use domain::letter::Recipients;
use domain::text::Email;
use futures::FutureExt;
use store::Lazy;
use url::Host;

use crate::Error;

/// The tag of a mail by which SES's reports name its organisation.
pub const ORGANISATION_TAG: &str = "organization";

/// Sends mail from the deployment's address.
#[derive(Debug, Clone)]
pub struct Mailer {
    client: Lazy<Client>,
    sender: String,
    reports: Option<String>,
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

/// A mail in plain text with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailWithFile {
    /// The organisation that sends it.
    pub of: OrganisationId,
    /// Who gets it, all by one mail.
    pub to: Recipients,
    /// The subject, in one line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// What is attached.
    pub file: MailFile,
}

/// A file in a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailFile {
    /// Its name, of plain characters.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// What is in it.
    pub content: Vec<u8>,
}

impl Mailer {
    /// A mailer that sends from `sender`, an address that SES has verified.
    #[must_use]
    pub fn new(client: impl Into<Lazy<Client>>, sender: impl Into<String>) -> Self {
        Self { client: client.into(), sender: sender.into(), reports: None }
    }

    /// A mailer whose mails with files are in a configuration set, by which SES reports what becomes of them.
    #[must_use]
    pub fn reporting_by(mut self, configuration_set: impl Into<String>) -> Self {
        self.reports = Some(configuration_set.into());
        self
    }

    /// Sends a mail.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when SES does not take it.
    pub async fn send(&self, mail: PlainMail) -> Result<(), Error> {
        let PlainMail { to, subject, text } = mail;
        let to = Destination::builder().to_addresses(to.as_str());
        let request = self.request(to.build(), message(subject, text, None).map_err(defect)?);
        request
            .send()
            .boxed()
            .await
            .map_err(|error| Error::Unavailable(format!("SES: {}", DisplayErrorContext(error))))?;
        Ok(())
    }

    /// Sends a mail with a file, and gives SES's id of it. It asks SES once: SES knows no key by which it would take
    /// a repeated request for the same mail, and a request whose answer was lost may have sent it.
    ///
    /// # Errors
    /// [`Error::MailRefused`] when SES does not take it, or does not answer.
    pub async fn send_with_file(&self, mail: MailWithFile) -> Result<String, Error> {
        let MailWithFile { of, to, subject, text, file } = mail;
        let to = to.iter().map(in_ascii).collect();
        let to = Destination::builder().set_to_addresses(Some(to)).build();
        let tag = MessageTag::builder().name(ORGANISATION_TAG).value(of.to_string()).build().map_err(defect)?;
        let request = self.request(to, message(subject, text, Some(file)).map_err(defect)?).email_tags(tag);
        let request = request.set_configuration_set_name(self.reports.clone());
        let once = ConfigBuilder::new().retry_config(RetryConfig::disabled());
        let sent = request.customize().config_override(once).send().boxed().await;
        let answer = sent.map_err(|error| Error::MailRefused(format!("SES: {}", DisplayErrorContext(error))))?;
        Ok(answer.message_id.unwrap_or_default())
    }

    fn request(&self, to: Destination, message: Message) -> SendEmailFluentBuilder {
        let content = EmailContent::builder().simple(message).build();
        self.client.send_email().from_email_address(&self.sender).destination(to).content(content)
    }
}

fn message(subject: String, text: String, file: Option<MailFile>) -> Result<Message, BuildError> {
    let content = |data: String| Content::builder().data(data).charset("UTF-8").build();
    let message = Message::builder().subject(content(subject)?).body(Body::builder().text(content(text)?).build());
    let Some(MailFile { name, media_type, content }) = file else { return Ok(message.build()) };
    let file =
        Attachment::builder().file_name(name).content_type(media_type).raw_content(Blob::new(content)).build()?;
    Ok(message.attachments(file).build())
}

/// SES takes the domain of an address in ASCII alone.
fn in_ascii(address: &Email) -> String {
    let converted = address.as_str().rsplit_once('@').and_then(|(local, domain)| {
        let host = (!domain.is_ascii()).then(|| Host::parse(domain).ok())??;
        Some(format!("{local}@{host}"))
    });
    converted.unwrap_or_else(|| address.to_string())
}

fn defect(error: BuildError) -> Error {
    Error::Defect(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_goes_to_ses_in_ascii() {
        for (address, sent) in [
            ("Anna@Example.com", "Anna@Example.com"),
            ("anna@bücher.example", "anna@xn--bcher-kva.example"),
            ("o'neil+x@日本語.example", "o'neil+x@xn--wgv71a119e.example"),
        ] {
            assert_eq!(in_ascii(&Email::parse(address).unwrap()), sent);
        }
    }
}

//! What a SendEmail request says, and the mail that it makes.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use mail_parser::{Address, MessageParser, MimeHeaders};
use serde::Deserialize;

use super::mail::{Attachment, Mail};

/// How many addresses a mail may go to.
const MAX_RECIPIENTS: usize = 50;

/// SES's limit for a whole mail.
const MAX_SIZE: usize = 40 * 1024 * 1024;

/// Why a mail is not taken, by its name in SES.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("{0}")]
    BadRequest(String),
    #[error("{0}")]
    MessageRejected(String),
}

impl Refusal {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "BadRequestException",
            Self::MessageRejected(_) => "MessageRejected",
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendEmail {
    from_email_address: Option<String>,
    #[serde(default)]
    destination: Destination,
    content: Content,
    configuration_set_name: Option<String>,
    #[serde(default)]
    email_tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    name: String,
    value: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    #[serde(default)]
    to_addresses: Vec<String>,
    #[serde(default)]
    cc_addresses: Vec<String>,
    #[serde(default)]
    bcc_addresses: Vec<String>,
}

/// Exactly one of the two; templates are not offered.
#[derive(Deserialize)]
enum Content {
    Simple(Simple),
    Raw(Raw),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Text,
    body: Body,
    #[serde(default)]
    attachments: Vec<GivenAttachment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    text: Option<Text>,
    html: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GivenAttachment {
    raw_content: String,
    file_name: String,
    content_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Raw {
    data: String,
}

impl SendEmail {
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(body).map_err(|error| Refusal::BadRequest(format!("The request is not valid: {error}")))
    }

    /// The mail's tags, if what becomes of it is reported: those of the request and the set's name.
    pub(super) fn tags(&self) -> Option<BTreeMap<String, Vec<String>>> {
        let set = self.configuration_set_name.clone()?;
        let own = self.email_tags.iter().map(|tag| (tag.name.clone(), vec![tag.value.clone()]));
        Some(own.chain([("ses:configuration-set".to_owned(), vec![set])]).collect())
    }

    /// The mail that the request sends at `now`.
    pub(super) fn into_mail(self, now: Timestamp) -> Result<Mail, Refusal> {
        let Destination { to_addresses, cc_addresses, bcc_addresses } = self.destination;
        let given = [to_addresses, cc_addresses, bcc_addresses].concat();
        let mail = match self.content {
            Content::Simple(simple) => simple.into_mail(self.from_email_address, given, now)?,
            Content::Raw(raw) => raw.into_mail(self.from_email_address, given, now)?,
        };
        check_address(bare_address(&mail.from))?;
        if mail.to.is_empty() {
            return Err(Refusal::BadRequest("The mail has no recipient.".to_owned()));
        }
        if mail.to.len() > MAX_RECIPIENTS {
            return Err(Refusal::BadRequest(format!("Recipient count exceeds {MAX_RECIPIENTS}.")));
        }
        let to = mail.to.iter().map(|address| check_address(bare_address(address)).map(str::to_owned));
        Ok(Mail { to: to.collect::<Result<_, _>>()?, ..mail })
    }
}

impl Simple {
    fn into_mail(self, from: Option<String>, to: Vec<String>, sent_at: Timestamp) -> Result<Mail, Refusal> {
        let Self { subject, body, attachments } = self;
        let (text, html) = (body.text.map(|text| text.data), body.html.map(|html| html.data));
        if text.is_none() && html.is_none() {
            return Err(Refusal::BadRequest("The mail has neither a text nor an HTML body.".to_owned()));
        }
        if subject.data.chars().any(char::is_control) {
            return Err(Refusal::BadRequest("The subject contains a control character.".to_owned()));
        }
        let attachments = attachments.into_iter().map(GivenAttachment::check).collect::<Result<Vec<_>, _>>()?;
        let bodies = text.as_ref().map_or(0, String::len) + html.as_ref().map_or(0, String::len);
        check_size(bodies + attachments.iter().map(|attachment| attachment.size).sum::<usize>())?;
        let from = from.ok_or_else(|| Refusal::BadRequest("FromEmailAddress is missing.".to_owned()))?;
        Ok(Mail { to, from, subject: subject.data, text, html, attachments, sent_at })
    }
}

impl GivenAttachment {
    fn check(self) -> Result<Attachment, Refusal> {
        let not_base64 = |_| Refusal::BadRequest(format!("The attachment {} is not valid Base64.", self.file_name));
        let size = STANDARD.decode(&self.raw_content).map_err(not_base64)?.len();
        let content_type = self.content_type.unwrap_or_else(|| "application/octet-stream".to_owned());
        Ok(Attachment { filename: self.file_name, content_type, size })
    }
}

impl Raw {
    fn into_mail(self, from: Option<String>, to: Vec<String>, sent_at: Timestamp) -> Result<Mail, Refusal> {
        let unreadable = || Refusal::BadRequest("The raw message is not a MIME message.".to_owned());
        let bytes = STANDARD.decode(&self.data).map_err(|_| unreadable())?;
        check_size(bytes.len())?;
        let message = MessageParser::default().parse(&bytes).ok_or_else(unreadable)?;
        let in_headers = [message.to(), message.cc(), message.bcc()].into_iter().flatten().flat_map(addresses);
        let to = if to.is_empty() { in_headers.collect() } else { to };
        let from = from.or_else(|| message.from().and_then(|from| addresses(from).next()));
        // The parser makes a text of an HTML part and the reverse; what was not sent is not shown.
        let text = message.text_body.iter().find_map(|&id| message.part(id)).filter(|part| part.is_text());
        let html = message.html_body.iter().find_map(|&id| message.part(id)).filter(|part| part.is_text_html());
        let attachments = message.attachments().map(|part| Attachment {
            filename: part.attachment_name().unwrap_or_default().to_owned(),
            content_type: part.content_type().map_or_else(
                || "application/octet-stream".to_owned(),
                |found| [found.ctype(), found.subtype().unwrap_or("*")].join("/"),
            ),
            size: part.contents().len(),
        });
        Ok(Mail {
            to,
            from: from.ok_or_else(|| Refusal::BadRequest("The raw message has no sender.".to_owned()))?,
            subject: message.subject().unwrap_or_default().to_owned(),
            text: text.and_then(|part| part.text_contents()).map(str::to_owned),
            html: html.and_then(|part| part.text_contents()).map(str::to_owned),
            attachments: attachments.collect(),
            sent_at,
        })
    }
}

fn addresses<'a>(addresses: &'a Address<'a>) -> impl Iterator<Item = String> + 'a {
    addresses.iter().filter_map(|address| address.address()).map(str::to_owned)
}

fn check_size(size: usize) -> Result<(), Refusal> {
    if size <= MAX_SIZE {
        return Ok(());
    }
    Err(Refusal::MessageRejected(format!("Message length is more than {MAX_SIZE} bytes long: '{size}'.")))
}

/// What is between the angle brackets of `Name <address>`, or all of it.
fn bare_address(given: &str) -> &str {
    let inner = given.trim().strip_suffix('>').and_then(|head| head.rsplit_once('<'));
    inner.map_or(given.trim_matches(' '), |(_, address)| address)
}

fn check_address(address: &str) -> Result<&str, Refusal> {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Err(Refusal::BadRequest("Missing final '@domain'".to_owned()));
    };
    if local.is_empty() || domain.is_empty() || address.chars().any(|char| char.is_control() || char == ' ') {
        return Err(Refusal::BadRequest(format!("Illegal address: {address:?}")));
    }
    Ok(address)
}

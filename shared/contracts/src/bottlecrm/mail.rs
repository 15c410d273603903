//! Sending invoices by mail.

use domain::FieldErrors;
use domain::letter::{Letter, Recipients, Subject};
use domain::text::{Email, LongText, TextError};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};

use super::{given, needed};
use crate::openapi::Schemas;
use crate::wire::{FromWire, OrEmpty, body, text_as_sent};

/// The media type of an invoice's document.
pub const PDF: &str = "application/pdf";

/// An address to send to. What would be trimmed elsewhere is refused here, where a line break is an attack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient(Email);

impl FromWire for Recipient {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let text = text_as_sent(raw)?;
        if text.chars().any(char::is_control) {
            return Err(TextError::Email.to_string());
        }
        Email::parse(&text).map(Self).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        Email::schema()
    }
}

impl FromWire for Subject {
    fn from_wire(raw: &str) -> Result<Self, String> {
        Self::parse(&String::from_wire(raw)?).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255)).into()
    }
}

body! {
    /// A mail with an invoice.
    MailBody {
        /// The addresses that it goes to, 1 to 50. Each recipient sees the others.
        required recipients: Vec<Recipient>,
        /// The subject, one line; one that names the invoice, if left out.
        optional subject: OrEmpty<Subject>,
        /// The text; one that says what the invoice comes to, if left out.
        optional message: OrEmpty<LongText>,
    }
}

impl MailBody {
    /// The letter to send.
    ///
    /// # Errors
    /// Every value that is missing or wrong.
    pub fn into_letter(self) -> Result<Letter, FieldErrors> {
        let Self { recipients, subject, message } = self;
        let mut errors = FieldErrors::new();
        let recipients = needed(&mut errors, "recipients", recipients)
            .map(|list| Recipients::new(list.into_iter().map(|Recipient(email)| email).collect()))
            .and_then(|list| errors.take("recipients", list));
        let subject = given(&mut errors, "subject", subject).and_then(|OrEmpty(subject)| subject);
        let message = given(&mut errors, "message", message).and_then(|OrEmpty(message)| message);
        errors.clone().into_result()?;
        Ok(Letter { recipients: recipients.ok_or(errors)?, subject, message })
    }
}

/// A mail that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MailSent)]
pub struct MailSentJson {
    /// Always false.
    pub error: bool,
    /// What was done.
    pub message: String,
    /// The mail's id at SES.
    pub message_id: String,
}

impl MailSentJson {
    /// Shows that a mail was sent.
    #[must_use]
    pub fn new(message_id: String) -> Self {
        Self { error: false, message: "The invoice was sent.".to_owned(), message_id }
    }
}

/// An invoice's document.
pub(super) fn pdf(_: &mut Schemas) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .description(Some("The invoice as PDF/A-3, with the electronic invoice (Factur-X) where it says enough."))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;

    fn letter(json: &str) -> Result<Letter, String> {
        let body: MailBody = parse_object(json.as_bytes()).unwrap();
        body.into_letter().map_err(|errors| errors.to_string())
    }

    #[test]
    fn a_letter_needs_nothing_but_recipients() {
        let sent = letter(r#"{"recipients": ["a@b.example"], "subject": " ", "message": null}"#).unwrap();
        assert_eq!(sent.recipients.iter().map(Email::as_str).collect::<Vec<_>>(), ["a@b.example"]);
        assert_eq!((sent.subject, sent.message), (None, None));
        for none in ["{}", r#"{"recipients": null}"#] {
            assert_eq!(letter(none), Err("recipients: This field is required.".into()));
        }
    }

    #[test]
    fn everything_that_is_wrong_is_named() {
        let wrong =
            r#"{"recipients": ["a@b.example\r\nBcc: x@y.example", 7], "subject": "a\nb", "message": "a\u0000"}"#;
        let control = "Null and control characters are not allowed.";
        let first = "recipients: Entry 1: Enter a valid email address. Entry 2: Not a valid string.";
        assert_eq!(letter(wrong), Err(format!("{first}; subject: {control}; message: {control}")));
        for wrong in ["[]", "\"a@b.example\"", "{}", "[\"a@b.example\\n\"]", "[[\"a@b.example\"]]"] {
            let refused = letter(&format!(r#"{{"recipients": {wrong}}}"#)).unwrap_err();
            assert!(refused.starts_with("recipients: "), "{wrong}: {refused}");
        }
    }
}

//! Sending mails, and reading them in the mailbox.

use std::sync::Arc;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::SdkError;
use aws_sdk_sesv2::operation::send_email::builders::SendEmailFluentBuilder;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Attachment, Body, Content, Destination, EmailContent, Message, RawMessage};
use serde_json::json;
use tributary_local::LocalClock;
use tributary_local::services::Storage;
use tributary_local::services::sdk::Sdk;
use tributary_local::services::ses::{self, Ses};

use super::{refusal, standing_clock};

struct Post {
    clock: Arc<LocalClock>,
    ses: Ses,
    client: Client,
}

impl Post {
    async fn new() -> Self {
        let clock = standing_clock();
        let ses = ses::start(&Storage::Memory, 0, clock.clone()).await.unwrap();
        let client = Sdk::new().ses(ses.endpoint());
        Self { clock, ses, client }
    }

    fn mail(&self, to: &[&str]) -> SendEmailFluentBuilder {
        let body = Body::builder().text(text("Hello")).build();
        let message = Message::builder().subject(text("Invoice €5")).body(body).build();
        self.send(to, EmailContent::builder().simple(message).build())
    }

    fn send(&self, to: &[&str], content: EmailContent) -> SendEmailFluentBuilder {
        let to = to.iter().map(|&address| address.to_owned()).collect();
        let destination = Destination::builder().set_to_addresses(Some(to)).build();
        self.client.send_email().from_email_address("Acme <a@acme.example>").destination(destination).content(content)
    }

    async fn mailbox(&self) -> serde_json::Value {
        serde_json::to_value(self.ses.mailbox().list().await.unwrap()).unwrap()
    }
}

fn text(data: &str) -> Content {
    Content::builder().data(data).build().unwrap()
}

#[tokio::test]
async fn a_simple_mail_with_an_attachment_is_in_the_mailbox() {
    let post = Post::new().await;
    let pdf = Attachment::builder().file_name("i.pdf").content_type("application/pdf").raw_content(Blob::new("%PDF"));
    let message = Message::builder()
        .subject(text("Invoice €5"))
        .body(Body::builder().text(text("Hello")).html(text("<p>Hello</p>")).build())
        .attachments(pdf.build().unwrap())
        .build();
    let destination = Destination::builder()
        .to_addresses("Bo <bo@client.example>")
        .cc_addresses("cy@client.example")
        .bcc_addresses("di@client.example")
        .build();
    let content = EmailContent::builder().simple(message).build();
    let sent = post.send(&[], content).destination(destination).send().await.unwrap();
    assert!(!sent.message_id().unwrap().is_empty());
    let expected = json!([{
        "to": ["bo@client.example", "cy@client.example", "di@client.example"],
        "from": "Acme <a@acme.example>",
        "subject": "Invoice €5",
        "text": "Hello",
        "html": "<p>Hello</p>",
        "attachments": [{"filename": "i.pdf", "content_type": "application/pdf", "size": 4}],
    }]);
    assert_eq!(post.mailbox().await, expected);
}

#[tokio::test]
async fn a_raw_mail_is_read_as_mime() {
    let post = Post::new().await;
    let mime = concat!(
        "From: Acme <a@acme.example>\r\nTo: Bo <bo@client.example>\r\nSubject: =?utf-8?q?Invoice_=E2=82=AC5?=\r\n",
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
        "--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n",
        "--b\r\nContent-Type: application/pdf; name=i.pdf\r\nContent-Disposition: attachment; filename=i.pdf\r\n",
        "Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b--\r\n",
    );
    let raw = RawMessage::builder().data(Blob::new(mime)).build().unwrap();
    post.client.send_email().content(EmailContent::builder().raw(raw).build()).send().await.unwrap();
    let expected = json!([{
        "to": ["bo@client.example"],
        "from": "a@acme.example",
        "subject": "Invoice €5",
        "text": "Hello",
        "html": null,
        "attachments": [{"filename": "i.pdf", "content_type": "application/pdf", "size": 4}],
    }]);
    assert_eq!(post.mailbox().await, expected);
}

#[tokio::test]
async fn the_newest_mail_is_first_and_dated_by_the_clock() {
    let post = Post::new().await;
    post.mail(&["first@b.example"]).send().await.unwrap();
    post.clock.advance(60).unwrap();
    post.mail(&["second@b.example"]).send().await.unwrap();
    let mails = post.ses.mailbox().list().await.unwrap();
    assert_eq!(
        mails.iter().map(|mail| mail.to[0].as_str()).collect::<Vec<_>>(),
        ["second@b.example", "first@b.example"]
    );
    assert_eq!(mails[0].sent_at.as_second() - mails[1].sent_at.as_second(), 60);
}

#[tokio::test]
async fn the_mailbox_keeps_the_newest_thousand() {
    let post = Post::new().await;
    for number in 0..1_002 {
        post.mail(&[&format!("{number}@b.example")]).send().await.unwrap();
    }
    let mails = post.ses.mailbox().list().await.unwrap();
    assert_eq!(mails.len(), 1_000);
    assert_eq!((mails[0].to[0].as_str(), mails[999].to[0].as_str()), ("1001@b.example", "2@b.example"));
}

#[tokio::test]
async fn a_mail_to_a_bad_address_or_to_too_many_is_refused() {
    let post = Post::new().await;
    let many: Vec<String> = (0..51).map(|number| format!("{number}@b.example")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for to in [&["nobody"][..], &["a@b\r\nBcc: c@d.example"], &["@b.example"], &[], &many] {
        let error = refusal(post.mail(to).send().await);
        assert!(error.is_bad_request_exception(), "{to:?}: {error:?}");
    }
    post.mail(&many[..50]).send().await.unwrap();
    assert_eq!(post.ses.mailbox().list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_mail_beyond_forty_megabytes_is_rejected() {
    let post = Post::new().await;
    let large = Attachment::builder().file_name("l").raw_content(Blob::new(vec![0; 41 * 1024 * 1024])).build();
    let body = Body::builder().text(text("Hello")).build();
    let message = Message::builder().subject(text("Large")).body(body).attachments(large.unwrap()).build();
    let content = EmailContent::builder().simple(message).build();
    assert!(refusal(post.send(&["a@b.example"], content).send().await).is_message_rejected());
}

#[tokio::test]
async fn a_client_retries_past_a_short_outage_and_reports_a_long_one() {
    let post = Post::new().await;
    post.ses.fail_next(1);
    post.mail(&["a@b.example"]).send().await.unwrap();
    post.ses.set_down(true);
    let error = post.mail(&["a@b.example"]).send().await.unwrap_err();
    assert_eq!(error.raw_response().map(|response| response.status().as_u16()), Some(503));
    assert!(matches!(error, SdkError::ServiceError(_)));
    post.ses.set_down(false);
    post.mail(&["a@b.example"]).send().await.unwrap();
    assert_eq!(post.ses.mailbox().list().await.unwrap().len(), 2);
}

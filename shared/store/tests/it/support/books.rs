//! Invoices, as the domain makes them.

use domain::attributes::Schema;
use domain::error::Error;
use domain::id::{ClientId, ContactId, InvoiceId, ItemId, LineId, PaymentId, UserId};
use domain::invoice::{
    Customer, Details, Figures, Invoice, InvoiceNumber, InvoicePatch, LineKind, LineText, LinesChange, NewInvoice,
    NewLine, NewNumber, NewPayment, PaymentMethod, SentTotals, Status, StatusRequest, StripeRefs, TaxCategory,
};
use domain::money::{Currency, Money, Percent, Price, Quantity};
use domain::record::{Moment, NewExtras};
use domain::text::{Email, LongText, ShortText, Text};
use domain::worklist::{NoteInput, Stamp, TaskInput};
use domain::{Author, id::EntryId};
use uuid::Uuid;

use super::{author, d, id, now, objects, values};

pub fn status(target: Status) -> StatusRequest {
    StatusRequest { target, shown_as: &[] }
}

fn figures(quantity: &str, price: &str) -> Figures {
    Figures {
        quantity: Quantity::new(d(quantity)).unwrap(),
        unit_price: Price::new(d(price)).unwrap(),
        discount: Percent::new(d("10")).unwrap(),
        tax_rate: Percent::new(d("15")).unwrap(),
    }
}

/// A line with every field set.
pub fn line(quantity: &str, price: &str) -> NewLine {
    NewLine {
        item: Some(ItemId::new(id(4))),
        description: LineText::parse("Web development").unwrap(),
        kind: LineKind::Fee,
        figures: figures(quantity, price),
        tax_category: Some(TaxCategory::ReverseCharge),
        attributes: objects::attributes(),
    }
}

/// Makes decisions about invoices, and ids for what they create.
pub struct Books {
    author: Author,
    last_id: u128,
}

impl Books {
    /// The ids of parts start after this number.
    pub fn new(last_id: u128) -> Self {
        Self { author: author(), last_id }
    }

    fn next(last_id: &mut u128) -> Uuid {
        *last_id += 1;
        id(*last_id)
    }

    /// A new invoice with every field set: a client, two lines of 103.50 together, tasks and notes.
    pub fn full(&mut self, n: u128, client: Option<u128>) -> Invoice {
        let new = NewInvoice {
            number: NewNumber::Random,
            details: details(client),
            client_by_email: None,
            status: status(Status::Sent),
            issue_date: Some("2026-03-01".parse().unwrap()),
            due_date: Some("2026-03-31".parse().unwrap()),
            currency: "EUR".parse().unwrap(),
            totals: SentTotals { discount: Some(d("10")), ..SentTotals::default() },
            lines: vec![line("2", "50"), line("1", "9.66")],
            paid_amount: None,
            attributes_bind: true,
            extras: NewExtras {
                attributes: objects::attributes(),
                tasks: vec![TaskInput {
                    id: Some(EntryId::new(id(51))),
                    task: Text::parse("call").unwrap(),
                    date: Some(ShortText::parse("2026-04-01").unwrap()),
                    completed: false,
                }],
                notes: vec![NoteInput {
                    id: Some(EntryId::new(id(61))),
                    note: LongText::parse("spoke with the CEO").unwrap(),
                    date: None,
                }],
            },
        };
        self.create(n, new)
    }

    /// A new invoice of one line of 100.00 USD without tax.
    pub fn plain(&mut self, n: u128, client: Option<u128>, target: Status) -> Invoice {
        let figures = Figures { discount: Percent::ZERO, tax_rate: Percent::ZERO, ..figures("1", "100") };
        let new = NewInvoice {
            number: NewNumber::Random,
            client_by_email: None,
            details: Details { client: client.map(|client| ClientId::new(id(client))), ..Details::default() },
            status: status(target),
            issue_date: Some("2026-03-01".parse().unwrap()),
            due_date: Some("2026-03-31".parse().unwrap()),
            currency: Currency::USD,
            totals: SentTotals::default(),
            lines: vec![NewLine { figures, ..line("1", "1") }],
            paid_amount: None,
            extras: NewExtras::default(),
            attributes_bind: true,
        };
        self.create(n, new)
    }

    pub fn create(&mut self, n: u128, new: NewInvoice) -> Invoice {
        self.create_as(n, InvoiceNumber::parse(&format!("INV-20260301-{n:04X}")).unwrap(), new)
    }

    /// A new draft without lines, under a number.
    pub fn numbered(&mut self, n: u128, number: InvoiceNumber, client: Option<u128>) -> Invoice {
        self.of_lines(n, number, 0, client)
    }

    /// A new draft of so many lines, under a number.
    pub fn of_lines(&mut self, n: u128, number: InvoiceNumber, lines: usize, client: Option<u128>) -> Invoice {
        let new = NewInvoice {
            number: NewNumber::Random,
            client_by_email: None,
            details: Details { client: client.map(|client| ClientId::new(id(client))), ..Details::default() },
            status: status(Status::Draft),
            issue_date: None,
            due_date: None,
            currency: Currency::USD,
            totals: SentTotals::default(),
            lines: vec![line("1", "1"); lines],
            paid_amount: None,
            extras: NewExtras::default(),
            attributes_bind: true,
        };
        self.create_as(n, number, new)
    }

    pub fn renumber(&mut self, invoice: &mut Invoice, number: InvoiceNumber) {
        self.update(invoice, InvoicePatch { number: Some(number), ..InvoicePatch::default() });
    }

    /// Puts lines in the place of those before.
    pub fn replace(&mut self, invoice: &mut Invoice, lines: Vec<NewLine>) {
        self.update(invoice, InvoicePatch { lines: Some(LinesChange::Replace(lines)), ..InvoicePatch::default() });
    }

    fn create_as(&mut self, n: u128, number: InvoiceNumber, new: NewInvoice) -> Invoice {
        let stamp = Stamp { at: now(), by: &self.author };
        let last_id = &mut self.last_id;
        let new_id = &mut || Self::next(last_id);
        Invoice::create(InvoiceId::new(id(n)), number, new, Schema::default(), stamp, new_id).unwrap()
    }

    pub fn update(&mut self, invoice: &mut Invoice, patch: InvoicePatch) {
        let stamp = Stamp { at: now(), by: &self.author };
        let last_id = &mut self.last_id;
        invoice.update(patch, Schema::default(), stamp, &mut || Self::next(last_id)).unwrap();
    }

    pub fn write(&mut self, invoice: &mut Invoice, target: Status) {
        self.update(invoice, InvoicePatch { status: Some(status(target)), ..InvoicePatch::default() });
    }

    /// Books a payment with every field set.
    pub fn pay(&mut self, invoice: &mut Invoice, amount: &str, charge: Option<&str>) -> PaymentId {
        let payment = NewPayment {
            amount: Money::exact(d(amount), invoice.header().currency).unwrap(),
            method: PaymentMethod::BankTransfer,
            paid_at: Some(super::at("2026-03-05T00:00:00Z")),
            stripe_charge_id: charge.map(|charge| ShortText::parse(charge).unwrap()),
            reference: ShortText::parse("WIRE-1").unwrap(),
            notes: LongText::parse("confirmed").unwrap(),
            attributes: objects::attributes(),
        };
        let payment_id = PaymentId::new(Self::next(&mut self.last_id));
        self.decide(invoice, |invoice, moment, new_id| invoice.record_payment(payment_id, payment, moment, new_id));
        payment_id
    }

    pub fn add(&mut self, invoice: &mut Invoice, new: NewLine) -> LineId {
        let line_id = LineId::new(Self::next(&mut self.last_id));
        self.decide(invoice, |invoice, moment, new_id| invoice.add_line(line_id, new, moment, new_id));
        line_id
    }

    pub fn decide<T>(
        &mut self,
        invoice: &mut Invoice,
        decision: impl FnOnce(&mut Invoice, Moment<'_>, &mut dyn FnMut() -> Uuid) -> Result<T, Error>,
    ) -> T {
        let moment = Moment { at: now(), by: Some(&self.author) };
        let last_id = &mut self.last_id;
        decision(invoice, moment, &mut || Self::next(last_id)).unwrap()
    }
}

fn details(client: Option<u128>) -> Details {
    let short = |text: &str| Some(ShortText::parse(text).unwrap());
    let url = |text: &str| Some(Text::parse(text).unwrap());
    Details {
        client: client.map(|client| ClientId::new(id(client))),
        contact: Some(ContactId::new(id(31))),
        customer: Customer {
            name: short("Acme"),
            email: Some(Email::parse("ap@example.com").unwrap()),
            phone: short("+1"),
            address: Some(LongText::parse("1 Street\nTown").unwrap()),
            vat_number: short("VAT 1"),
        },
        title: ShortText::parse("Website").unwrap(),
        description: LongText::parse("Long words").unwrap(),
        notes: LongText::parse("30-day payment terms.").unwrap(),
        payment_terms: ShortText::parse("Net 30").unwrap(),
        from_address: Some(values()),
        to_address: Some(domain::json::Map::new()),
        assigned_to: vec![UserId::new(id(99)), UserId::new(id(98))],
        teams: vec!["blue".into(), String::new()],
        payment_method: Some(3),
        stripe: StripeRefs {
            invoice_id: short("in_1"),
            payment_intent_id: short("pi_1"),
            hosted_url: url("https://example.com/pay"),
            pdf_url: url("https://example.com/pdf"),
        },
    }
}

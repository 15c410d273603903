//! An invoice to read. What the organisation keeps for itself — attributes, tasks, its own notes,
//! references of payments — is not in it.

use app::hosted::HostedInvoice;
use domain::invoice::{Address, Customer, Header, Line, Payment, PaymentMethod, Refund, Status, utc_date};
use domain::money::{Money, Percent};
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::figures::{date, figure, money, plain, short};

/// The parts of an address that are shown, in their order.
const ADDRESS: [&str; 6] = ["address_line", "street", "city", "state", "postcode", "country"];

/// The page's title.
pub fn title(hosted: &HostedInvoice) -> String {
    format!("Invoice {} – {}", hosted.invoice.header().number, hosted.seller)
}

/// The page of a token that has led to an invoice.
pub fn body(hosted: &HostedInvoice, token: &str) -> Markup {
    let HostedInvoice { invoice, seller, client, now } = hosted;
    let header = invoice.header();
    let details = &header.details;
    let bill_to =
        details.customer.name.as_ref().map(|name| name.as_str()).or(client.as_ref().map(|name| name.as_str()));
    html! {
        header {
            div { p.seller { bdi { (seller) } } h1 { "Invoice " bdi.number { (header.number) } } }
            (badge(header, utc_date(*now)))
        }
        (due(header, *now))
        section.parties {
            (party("From", html! { p { strong { (seller) } } (address(details.from_address.as_ref())) }))
            (party("Bill to", html! { (customer(bill_to, &details.customer)) (address(details.to_address.as_ref())) }))
            (dates(header))
        }
        @if !details.title.as_str().is_empty() { h2.title dir="auto" { (details.title) } }
        (text(None, details.description.as_str()))
        @let lines = invoice.lines();
        @if !lines.is_empty() { (table(&lines)) }
        (sums(header))
        (payments(&invoice.payments(), &invoice.refunds()))
        (text(Some("Notes"), details.notes.as_str()))
        (text(Some("Terms"), details.payment_terms.as_str()))
        p.file { a href={ "/i/" (token) "/pdf" } { "Download as PDF" } }
    }
}

/// Where the invoice stands, in words for the customer.
fn badge(header: &Header, today: Date) -> Markup {
    let past_due = header.receivable_until().is_some_and(|due| due < today);
    let (class, word) = match header.status {
        Status::Void => ("void", "Cancelled"),
        Status::Refunded => ("void", "Refunded"),
        Status::Paid => ("paid", "Paid"),
        Status::Overdue => ("overdue", "Overdue"),
        Status::Draft | Status::Sent | Status::Viewed | Status::Pending | Status::PartiallyPaid if past_due => {
            ("overdue", "Overdue")
        }
        Status::PartiallyPaid => ("open", "Partially paid"),
        Status::Draft | Status::Sent | Status::Viewed | Status::Pending => ("open", "Unpaid"),
    };
    html! { p.badge.(class) { span.hidden { "Status: " } (word) } }
}

/// What is to be done: to pay, or nothing.
fn due(header: &Header, now: Timestamp) -> Markup {
    let balance = header.balance_due().unwrap_or(Money::zero(header.currency));
    let settled = |words: &str| html! { section.due.settled { p { (words) } } };
    match header.status {
        Status::Void => settled("This invoice was cancelled. There is nothing to pay."),
        Status::Refunded => settled("This invoice was refunded. There is nothing to pay."),
        Status::Draft | Status::Sent | Status::Viewed | Status::Pending | Status::PartiallyPaid
            if balance.is_positive() =>
        {
            to_pay(header, balance, now)
        }
        Status::Paid | Status::Overdue if balance.is_positive() => to_pay(header, balance, now),
        Status::Paid => settled("This invoice is paid. Thank you."),
        Status::Draft | Status::Sent | Status::Viewed | Status::Pending | Status::PartiallyPaid | Status::Overdue => {
            settled("There is nothing to pay.")
        }
    }
}

fn to_pay(header: &Header, balance: Money, now: Timestamp) -> Markup {
    html! {
        section.due {
            div {
                p.label { "Amount due" }
                p.amount { (money(balance)) }
                @if let Some(due) = header.due_date { p.by { "by " (day(due)) } }
            }
            @if let Some(address) = payment_address(header, now) {
                a.pay href=(address) rel="noopener noreferrer" { "Pay " (money(balance)) }
            }
        }
    }
}

/// Where the balance can be paid online: the link that was made for it, or else the page that the
/// organisation names.
fn payment_address(header: &Header, now: Timestamp) -> Option<&str> {
    let made = header.payment_link.as_ref().and_then(|link| link.made());
    let shown = header.payment_link.as_ref().and_then(|link| link.shown(now));
    // The header repeats the link's own address, which ends with the link.
    let named = header.details.stripe.hosted_url.as_ref().filter(|url| made.is_none_or(|made| made.url != **url));
    let address = shown.map(|made| &made.url).or(named)?.as_str();
    // A browser runs addresses of other schemes.
    ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme)).then_some(address)
}

/// One side of the invoice. It begins where its name does: the heading and the other lines have directions of their own.
fn party(heading: &str, content: Markup) -> Markup {
    html! { div.party dir="auto" { h2 dir="ltr" { (heading) } (content) } }
}

fn customer(name: Option<&str>, customer: &Customer) -> Markup {
    let Customer { name: _, email, phone, address, vat_number } = customer;
    html! {
        @if let Some(name) = name { p { strong { (name) } } }
        @if let Some(address) = address { (lines(address.as_str())) }
        @if let Some(email) = email { p dir="auto" { (email) } }
        @if let Some(phone) = phone { p dir="ltr" { (phone) } }
        @if let Some(number) = vat_number { p dir="ltr" { "VAT " bdi { (number) } } }
        @if name.is_none() && email.is_none() { p { "–" } }
    }
}

fn address(address: Option<&Address>) -> Markup {
    let part = |name: &&str| address?.get(*name)?.as_str().filter(|part| !part.trim().is_empty());
    html! { @for part in ADDRESS.iter().filter_map(part) { p dir="auto" { (part) } } }
}

fn dates(header: &Header) -> Markup {
    html! {
        dl {
            div { dt { "Issued" } dd { (day(header.issue_date)) } }
            @if let Some(due) = header.due_date { div { dt { "Due" } dd { (day(due)) } } }
        }
    }
}

fn day(day: Date) -> Markup {
    html! { time datetime=(day) { (date(day)) } }
}

fn text(heading: Option<&str>, text: &str) -> Markup {
    html! {
        @if !text.is_empty() {
            section.text { @if let Some(heading) = heading { h2 { (heading) } } (lines(text)) }
        }
    }
}

/// A text of several lines, each in the direction in which it begins.
fn lines(text: &str) -> Markup {
    html! { @for line in text.lines() { p.line dir="auto" { (line) } } }
}

fn table(lines: &[&Line]) -> Markup {
    let discounted = lines.iter().any(|line| line.figures.discount != Percent::ZERO);
    let taxed = lines.iter().any(|line| line.figures.tax_rate != Percent::ZERO);
    html! {
        table.items {
            caption.hidden { "What is invoiced" }
            thead {
                tr {
                    th scope="col" { "Description" }
                    th.wide scope="col" { "Quantity" }
                    th.wide scope="col" { "Price" }
                    @if discounted { th.wide scope="col" { "Discount" } }
                    @if taxed { th.wide scope="col" { "Tax" } }
                    th scope="col" { "Amount" }
                }
            }
            tbody { @for line in lines { (row(line, discounted, taxed)) } }
        }
    }
}

fn row(line: &Line, discounted: bool, taxed: bool) -> Markup {
    let (figures, places) = (line.figures, line.subtotal.currency().minor_digits());
    let quantity = short(figures.quantity.value());
    let price = figure(figures.unit_price.value(), places);
    let (discount, tax) = (percent(figures.discount), percent(figures.tax_rate));
    html! {
        tr {
            th scope="row" {
                div dir="auto" { (line.description) }
                // A narrow screen has no room for the columns.
                span.narrow {
                    (quantity) " × " (price)
                    @if figures.discount != Percent::ZERO { ", discount " (discount) }
                    @if figures.tax_rate != Percent::ZERO { ", tax " (tax) }
                }
            }
            td.wide { (quantity) }
            td.wide { (price) }
            @if discounted { td.wide { (discount) } }
            @if taxed { td.wide { (tax) } }
            td { (plain(line.subtotal)) }
        }
    }
}

fn percent(rate: Percent) -> String {
    format!("{}\u{a0}%", short(rate.value()))
}

fn sums(header: &Header) -> Markup {
    let (totals, zero) = (&header.totals, Money::zero(header.currency));
    let balance = header.balance_due().unwrap_or(zero);
    let closed = header.status.is_closed();
    html! {
        table.sums {
            caption.hidden { "Totals" }
            tbody {
                @if totals.subtotal != totals.total { (sum("Subtotal", totals.subtotal, false)) }
                @if totals.tax != zero { (sum("Tax", totals.tax, false)) }
                @if totals.discount != zero { (sum("Discount", negative(totals.discount), false)) }
                (sum("Total", totals.total, true))
                @if header.amount_paid != zero { (sum("Paid", negative(header.amount_paid), false)) }
                @if !closed && balance.is_positive() { (sum("Amount due", balance, true)) }
                @if !closed && negative(balance).is_positive() { (sum("Overpaid", negative(balance), true)) }
            }
        }
    }
}

fn negative(amount: Money) -> Money {
    let zero = Money::zero(amount.currency());
    zero.checked_subtract(amount).unwrap_or(zero)
}

fn sum(name: &str, amount: Money, strong: bool) -> Markup {
    html! { tr.strong[strong] { th scope="row" { (name) } td { (money(amount)) } } }
}

fn payments(payments: &[&Payment], refunds: &[&Refund]) -> Markup {
    html! {
        @if !payments.is_empty() || !refunds.is_empty() {
            section {
                h2 { "Payments" }
                table.payments {
                    caption.hidden { "Payments and refunds" }
                    tbody {
                        @for payment in payments {
                            (moved(payment.paid_at, method(payment.method), payment.amount))
                        }
                        @for refund in refunds { (moved(refund.refunded_at, "Refund", negative(refund.amount))) }
                    }
                }
            }
        }
    }
}

fn moved(at: Timestamp, what: &str, amount: Money) -> Markup {
    html! { tr { th scope="row" { (day(utc_date(at))) } td { (what) } td { (money(amount)) } } }
}

const fn method(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::Stripe => "Online payment",
        PaymentMethod::BankTransfer => "Bank transfer",
        PaymentMethod::Cash => "Cash",
        PaymentMethod::Check => "Check",
        PaymentMethod::Other => "Payment",
    }
}

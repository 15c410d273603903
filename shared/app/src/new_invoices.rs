//! Invoices come into being: under a number of their own, and with a client where they need one.

use domain::attributes::{EntityName, Schema};
use domain::client::{Client, NewClient, Profile};
use domain::id::{ClientId, InvoiceId};
use domain::invoice::{Invoice, InvoiceNumber, NewInvoice, NewNumber, check_payment_page, utc_date};
use domain::record::NewExtras;
use domain::text::{Email, Name};
use domain::{Action, Actor, Creation, FieldErrors, Model, Refers};
use jiff::civil::Date;
use store::{Alongside, Series, SeriesNumber, StoreError, Unique};

use crate::invoices::{client_missing, money_allowed, number_taken, status_allowed};
use crate::{App, Error, may};

/// An invoice to be made, with what is wrong with it already.
struct Plan<'a> {
    new: NewInvoice,
    wrong: FieldErrors,
    schema: Schema<'a>,
}

/// How many random numbers are tried before the day's are taken to be used up.
const NUMBER_TRIES: u32 = 24;

/// Errors as for invoices.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// Makes an invoice, with its number and, where it names one by e-mail that nobody has, its
    /// client.
    pub async fn create_invoice(&self, actor: &Actor, new: impl Into<Creation<NewInvoice>>) -> Result<Invoice, Error> {
        may(actor, Action::Add, Model::Invoice)?;
        let new = self.whole(actor, new.into()).await?;
        self.create_checked(actor, new, FieldErrors::new()).await
    }

    /// Makes an invoice of which a part may be wrong already.
    pub(crate) async fn create_checked(
        &self,
        actor: &Actor,
        new: NewInvoice,
        mut wrong: FieldErrors,
    ) -> Result<Invoice, Error> {
        if let Some(page) = &new.details.stripe.hosted_url {
            wrong.gather(check_payment_page(page, actor.is_owner()))?;
        }
        let references = new.details.references();
        self.look_up_new(actor, None, references, &mut wrong).await?;
        self.make_invoice(actor, new, wrong).await
    }

    /// Makes a draft of today that says what an invoice says, under the next number of the series.
    pub async fn duplicate_invoice(&self, actor: &Actor, id: InvoiceId) -> Result<Invoice, Error> {
        may(actor, Action::View, Model::Invoice)?;
        may(actor, Action::Add, Model::Invoice)?;
        let new = self.load_invoice(actor, id).await?.duplicate(utc_date(self.now()));
        // What it names may be gone: it says what the other says.
        self.make_invoice(actor, new, FieldErrors::new()).await
    }

    async fn make_invoice(&self, actor: &Actor, new: NewInvoice, wrong: FieldErrors) -> Result<Invoice, Error> {
        status_allowed(actor, Some(new.status))?;
        money_allowed(actor, new.paid_amount, rust_decimal::Decimal::ZERO)?;
        let schema = match new.attributes_bind {
            true => Some(self.schema(actor, EntityName::Invoice).await?),
            false => None,
        };
        let schema = schema.as_ref().map_or(Schema::default(), |schema| schema.of());
        let plan = Plan { new, wrong, schema };
        let new = &plan.new;
        let id = InvoiceId::new(self.new_id());
        let issued = new.issue_date.unwrap_or_else(|| utc_date(self.now()));
        match &new.number {
            NewNumber::Given(number) => {
                let made = self.retrying(async || self.commit_new(actor, id, number, &plan, None).await).await?;
                made.ok_or_else(number_taken)
            }
            NewNumber::Series => {
                self.retrying(async || self.commit_next_of_series(actor, id, issued, &plan).await).await
            }
            NewNumber::Random => {
                for _ in 0..NUMBER_TRIES {
                    let number = self.random_number(issued)?;
                    let commit = async || self.commit_new(actor, id, &number, &plan, None).await;
                    if let Some(invoice) = self.retrying(commit).await? {
                        return Ok(invoice);
                    }
                }
                Err(no_number("No invoice number of this issue date is free."))
            }
        }
    }

    /// One try for the next number of the series of the year of issue.
    async fn commit_next_of_series(
        &self,
        actor: &Actor,
        id: InvoiceId,
        issued: Date,
        plan: &Plan<'_>,
    ) -> Result<Invoice, Error> {
        let next = self.store.next_in_series(actor.tenant(), issued.year()).await?;
        if let Some(invoice) = self.commit_new(actor, id, &next.number()?, plan, Some(next)).await? {
            return Ok(invoice);
        }
        // A client took it by hand: so may have been those that follow.
        let free = self.store.next_free_in_series(actor.tenant(), next).await?;
        let free = free.ok_or_else(|| no_number("No invoice number of this year is free."))?;
        let made = self.commit_new(actor, id, &free.number()?, plan, Some(free)).await?;
        made.ok_or_else(|| domain::Error::Contended.into())
    }

    /// Decides and commits a new invoice under a number; none, when the number is taken.
    async fn commit_new(
        &self,
        actor: &Actor,
        id: InvoiceId,
        number: &InvoiceNumber,
        plan: &Plan<'_>,
        series: Option<SeriesNumber>,
    ) -> Result<Option<Invoice>, Error> {
        let mut new = plan.new.clone();
        let by_email = new.client_by_email.clone();
        let client = async {
            match &by_email {
                Some(email) => self.client_for(actor, email, new.details.customer.name.as_ref()).await.map(Some),
                None => Ok(None),
            }
        };
        // At once, since a shorter look loses fewer races against other new invoices.
        let counter = async { Ok(self.store.next_numbers(actor.tenant(), [Series::Billing]).await?) };
        let (client, [billing_number]) = tokio::try_join!(client, counter)?;
        let mut made = None;
        if let Some((client, made_now)) = client {
            new.details.client = Some(client);
            made = made_now;
        }
        let (stamp, mut wrong) = (self.stamp(actor), plan.wrong.clone());
        // As they were sent: a client that is made with the invoice is not there yet.
        let references = plan.new.details.references();
        let invoice = Invoice::create(id, number.clone(), new, plan.schema, stamp, &mut || self.new_id());
        let Some(invoice) = wrong.gather(invoice)?.filter(|_| wrong.is_empty()) else {
            return Err(self.also_held(actor, references, wrong).await?.into());
        };
        let invoice = invoice.counted(billing_number);
        let alongside = Alongside { series, client: made.as_ref() };
        match self.store.create_invoice_with(actor.tenant(), &invoice, alongside).await {
            Ok(()) => Ok(Some(invoice)),
            Err(StoreError::Taken(Unique::InvoiceNumber)) => Ok(None),
            // A client that was found by its address and is gone is looked for anew.
            Err(StoreError::Missing) if by_email.is_none() => Err(client_missing(invoice.header())),
            Err(other) => Err(other.into()),
        }
    }

    /// The client that an address leads to, or else one to be made: named as the customer, else by
    /// the address.
    async fn client_for(
        &self,
        actor: &Actor,
        email: &Email,
        customer: Option<&domain::text::ShortText>,
    ) -> Result<(ClientId, Option<Client>), Error> {
        if let Some(client) = self.store.client_by_email(actor.tenant(), email).await? {
            return Ok((client, None));
        }
        may(actor, Action::Add, Model::Client)?;
        let named = customer.and_then(|name| Name::parse(name.as_str()).ok());
        let name = named.map_or_else(|| Name::parse(email.as_str()), Ok).map_err(|e| Error::Defect(e.to_string()))?;
        let (profile, extras) = (Profile::default(), NewExtras::default());
        let new = NewClient { name, email: Some(email.clone()), profile, extras };
        let id = ClientId::new(self.new_id());
        let client = Client::create(id, new, Schema::default(), self.stamp(actor), &mut || self.new_id())?;
        Ok((id, Some(self.count_client(actor, client).await?)))
    }

    fn random_number(&self, issued: Date) -> Result<InvoiceNumber, Error> {
        let random = u16::from_be_bytes(crate::secrets::random(self.entropy.as_ref()));
        let number = format!("INV-{}-{random:04X}", issued.strftime("%Y%m%d"));
        InvoiceNumber::parse(&number).map_err(|e| Error::Defect(e.to_string()))
    }
}

fn no_number(message: &str) -> Error {
    domain::Error::Conflict(message.into()).into()
}

//! Payments on invoices.

use domain::attributes::EntityName;
use domain::id::{InvoiceId, PaymentId};
use domain::invoice::{Payment, PaymentInput, PaymentPatch};
use domain::{Action, Actor, Creation, Edit, Model};
use store::{Page, PageRequest};

use crate::references::together;
use crate::{App, Error, Expected, attribute_bytes, check_version, may};

/// Payments; errors as for invoices.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the payments on an invoice, oldest first.
    pub async fn list_payments(
        &self,
        actor: &Actor,
        invoice: InvoiceId,
        page: PageRequest,
    ) -> Result<Page<Payment>, Error> {
        may(actor, Action::View, Model::Payment)?;
        let payments = self.load_invoice(actor, invoice).await?.payments().into_iter().cloned().collect();
        Ok(Page::of(
            payments,
            &page,
            |payment: &Payment| payment.id.to_string(),
            |payment| attribute_bytes(&payment.attributes),
        ))
    }

    /// A payment.
    pub async fn get_payment(&self, actor: &Actor, invoice: InvoiceId, id: PaymentId) -> Result<Payment, Error> {
        may(actor, Action::View, Model::Payment)?;
        Ok(self.load_invoice(actor, invoice).await?.payment(id)?.clone())
    }

    /// Books a payment.
    pub async fn create_payment(
        &self,
        actor: &Actor,
        invoice: InvoiceId,
        input: impl Into<Creation<PaymentInput>>,
    ) -> Result<Payment, Error> {
        may(actor, Action::Add, Model::Payment)?;
        let mut input = self.whole(actor, input.into()).await?;
        let schema = self.schema(actor, EntityName::Payment).await?;
        input.attributes = schema.of().read(input.attributes);
        let wrong = schema.of().validate_create(&input.attributes);
        let id = PaymentId::new(self.new_id());
        let (invoice, ()) = self
            .change_invoice(actor, invoice, |invoice| {
                let payment = together(wrong.clone(), input.clone().in_currency(invoice.header().currency))?;
                Ok(invoice.record_payment(id, payment, self.moment(actor), &mut || self.new_id())?)
            })
            .await?;
        Ok(invoice.payment(id)?.clone())
    }

    /// Changes a payment.
    pub async fn update_payment(
        &self,
        actor: &Actor,
        invoice: InvoiceId,
        id: PaymentId,
        edit: impl Into<Edit<PaymentPatch>>,
        expected: Expected,
    ) -> Result<Payment, Error> {
        may(actor, Action::Change, Model::Payment)?;
        let Edit { patch, wrong } = edit.into();
        let schema = self.schema(actor, EntityName::Payment).await?;
        let (invoice, ()) = self
            .change_invoice(actor, invoice, |invoice| {
                check_version(expected, invoice.payment(id)?.meta.version)?;
                let (moment, mut wrong) = (self.moment(actor), wrong.clone());
                wrong.gather(invoice.update_payment(id, patch.clone(), schema.of(), moment, &mut || self.new_id()))?;
                Ok(wrong.into_result()?)
            })
            .await?;
        Ok(invoice.payment(id)?.clone())
    }

    /// Removes a payment.
    pub async fn delete_payment(
        &self,
        actor: &Actor,
        invoice: InvoiceId,
        id: PaymentId,
        expected: Expected,
    ) -> Result<(), Error> {
        may(actor, Action::Delete, Model::Payment)?;
        self.change_invoice(actor, invoice, |invoice| {
            check_version(expected, invoice.payment(id)?.meta.version)?;
            Ok(invoice.remove_payment(id, self.moment(actor), &mut || self.new_id())?)
        })
        .await?;
        Ok(())
    }
}
